"""Grades on this machine: a pool of warm worker processes, forked from one that has torch.

This process stays small (no torch). A fork server imports the libraries once, and a zygote what
student code may import; each worker is forked from the one and gets a branch of the other. A worker
that dies or hangs is our fault: its submission is tried once more in a fresh worker, then it is
ungradable.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerProcess
from types import TracebackType
from typing import Self

from autograder.errors import CourseError, GraderFault
from autograder.intake.submission import Submission
from autograder.sandbox.warm import Zygote
from autograder.scale import descriptors, preload, server
from autograder.scale.job import Failed, Job, Result
from autograder.scale.worker import work

# Beyond a submission's own limit, a worker that is silent for so long is stuck (seconds).
# Covers the imports of torch and transformers on a slow disk.
PATIENCE_S = 120.0
TIDY_S = 3.0  # seconds for a worker to end; its sandbox is gone in milliseconds
TRIES = 2


@dataclass
class _Worker:
    process: ForkServerProcess
    pipe: Connection
    submission: Submission | None = None
    tries: int = 0  # of this submission
    deadline: float = 0.0  # monotonic, seconds


def grade_all(job: Job, submissions: Iterable[Submission], jobs: int) -> Iterator[Result]:
    """The executor of this machine, with `jobs` workers; for no submissions it starts nothing."""
    source = iter(submissions)
    first = next(source, None)
    if first is None:
        return
    with Pool(job, jobs) as pool:
        pool.send(first)
        yield from pool.grade(source)


class Pool:
    """At most `jobs` workers of one job, started when there is work for them.

    Use it from one thread, and close it. Raises CourseError, or GraderFault where no worker can
    start at all (no Landlock, say, or too few open files).
    """

    def __init__(self, job: Job, jobs: int) -> None:
        from autograder.course.masked import known_gaps  # libcst: slow, and often not needed

        descriptors.allow(jobs, job.assignment.limits.open_files)
        self._job = job
        self._jobs = jobs
        self._workers: list[_Worker] = []
        self._context = multiprocessing.get_context("forkserver")
        self._zygote = Zygote(job.assignment.profile, job.options.isolation)
        try:
            server.start(preload.modules(job.assignment))  # which imports while the zygote does
            self._gaps = known_gaps(job.assignment)  # and meanwhile this
        except BaseException:
            self._zygote.close()
            raise

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
        """Ends all workers; a submission that one of them has stays ungraded."""
        try:
            while self._workers:
                _stop(self._workers.pop())
        finally:
            self._zygote.close()

    @property
    def is_full(self) -> bool:
        """Whether each of its workers has a submission."""
        return sum(worker.submission is not None for worker in self._workers) == self._jobs

    @property
    def is_idle(self) -> bool:
        """Whether no result is owed."""
        return all(worker.submission is None for worker in self._workers)

    def grade(self, submissions: Iterable[Submission]) -> Iterator[Result]:
        """A result for each, as they are done; the next is taken when a worker is free.

        `submissions` is asked again after each result, also once it has run dry.
        """
        source = iter(submissions)
        while True:
            while not self.is_full and (submission := next(source, None)) is not None:
                self.send(submission)
            if self.is_idle:
                return
            yield from self.results()

    def send(self, submission: Submission) -> None:
        """Gives a submission to a worker; only while the pool is not full."""
        free = next((worker for worker in self._workers if worker.submission is None), None)
        if free is None:
            free = self._start()
            self._workers.append(free)
        self._give(free, submission, tries=1)

    def results(self, also: Sequence[int] = ()) -> list[Result]:
        """Waits for results, or until something can be read from a descriptor of `also`."""
        found: list[Result] = []
        for index in _ready(self._workers, also):
            worker = self._workers[index]
            result = _receive(worker)
            if isinstance(result, Failed):
                _stop(worker)
                self._workers[index] = self._start()
                if worker.tries < TRIES:
                    self._give(self._workers[index], result.submission, worker.tries + 1)
                    continue
            found.append(result)
        return found

    def _start(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        branch = self._zygote.branch()
        process = self._context.Process(
            target=work, args=(self._job, self._gaps, branch, theirs), daemon=True
        )
        process.start()
        theirs.close()
        branch.control.close()
        return _Worker(process, ours)

    def _give(self, worker: _Worker, submission: Submission, tries: int) -> None:
        worker.submission = submission
        worker.tries = tries
        allowed_s = 2 * self._job.assignment.limits.submission_s + PATIENCE_S
        worker.deadline = time.monotonic() + allowed_s
        with contextlib.suppress(OSError):  # the worker is gone: _receive says so
            worker.pipe.send(submission)


def _ready(workers: Sequence[_Worker], also: Sequence[int]) -> list[int]:
    """The busy workers that have answered, died or run out of time; none where `also` is ready."""
    busy = {worker.pipe: index for index, worker in enumerate(workers) if worker.submission}
    deadlines = [workers[index].deadline for index in busy.values()]
    timeout = max(0.0, min(deadlines) - time.monotonic()) if deadlines else None
    ready = wait([*busy, *also], timeout)
    answered = [index for pipe, index in busy.items() if pipe in ready]
    return answered or [i for i in busy.values() if workers[i].deadline <= time.monotonic()]


def _receive(worker: _Worker) -> Result:
    submission, worker.submission = worker.submission, None
    assert submission is not None
    if not worker.pipe.poll():
        return Failed(submission, "the grading process hung. Do: grade this submission again")
    try:
        result = worker.pipe.recv()
    except (EOFError, OSError):
        return Failed(submission, "the grading process died (out of memory?). Do: grade again")
    if isinstance(result, CourseError | GraderFault):
        raise result
    return Failed(submission, result) if isinstance(result, str) else result


def _stop(worker: _Worker) -> None:
    """Ends a worker as Ctrl-C would, so that it deletes its sandbox's folder; else by force."""
    worker.process.terminate()
    worker.process.join(TIDY_S)
    if worker.process.is_alive():
        worker.process.kill()
        worker.process.join()
    worker.pipe.close()
