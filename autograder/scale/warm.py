"""The executor of a run that goes on: its workers stay warm from one submission to the next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Self

from autograder.intake.submission import Submission
from autograder.scale.job import Job, Result
from autograder.scale.key import Keys
from autograder.scale.local import Pool


class WarmPools:
    """A pool for each assignment, kept until something of the assignment changes."""

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        self._pools: dict[str, tuple[str, Pool]] = {}  # by assignment: what it is for, and it

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends all workers."""
        for name in list(self._pools):
            self._drop(name)

    def __call__(self, job: Job, submissions: Iterable[Submission]) -> Iterator[Result]:
        """An Executor; for no submissions it starts nothing."""
        source = iter(submissions)
        first = next(source, None)
        if first is None:
            return
        pool = self._pool(job)
        try:
            pool.send(first)
            yield from pool.grade(source)
        finally:
            if not pool.is_idle:  # stopped in the middle
                self._drop(job.assignment.name)

    def _pool(self, job: Job) -> Pool:
        name, purpose = job.assignment.name, Keys(job).job
        if name in self._pools and self._pools[name][0] != purpose:
            self._drop(name)
        if name not in self._pools:
            self._pools[name] = purpose, Pool(job, self._jobs)
        return self._pools[name][1]

    def _drop(self, name: str) -> None:
        self._pools.pop(name)[1].close()
