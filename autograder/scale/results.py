"""A report for each submission, whatever becomes of it: kept, graded or without marks."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import msgspec

from autograder.grading.blank import blank_report
from autograder.intake.submission import Submission
from autograder.reports.schema import Report
from autograder.scale.cache import Cache
from autograder.scale.diagnosing import Diagnosing
from autograder.scale.job import Executor, Failed, Job, Result
from autograder.scale.key import Key, Keys


@dataclass(frozen=True)
class Graded:
    """A submission's report, and whether that was kept from an earlier run."""

    report: Report
    is_kept: bool
    code: Mapping[str, bytes]  # the listed files that were handed in; adapters are too large


def graded(
    job: Job, submissions: Iterable[Submission], execute: Executor, cache: Cache | None
) -> Iterator[Graded]:
    """Yields each result as it is there. Submissions are taken when there is room for them."""
    desk = _Desk(job, cache)
    queue = _Queue(desk, submissions)
    while (yield from queue.forward()):
        for result in execute(job, queue):
            yield from queue.drain()
            yield from desk.finish(result)
        yield from queue.drain()
    if cache:
        cache.prune()


class _Queue:
    """What is to be run, in order; what needs no run is kept aside.

    It may have more after it has run dry: a result can ask for further runs.
    """

    def __init__(self, desk: _Desk, submissions: Iterable[Submission]) -> None:
        self._desk = desk
        self._sorted_out = desk.sort_out(submissions)
        self._next: Submission | None = None
        self._done: deque[Graded] = deque()

    def __iter__(self) -> Iterator[Submission]:
        return self

    def __next__(self) -> Submission:
        self._done.extend(self.forward())
        if self._next is None:
            raise StopIteration
        one, self._next = self._next, None
        return one

    def forward(self) -> Generator[Graded, None, bool]:
        """Goes on to the next that is to be run; gives what needs none on the way. Says at the end
        whether there is one."""
        self._next = self._next or self._desk.diagnosing.next_trial()
        while self._next is None and (one := next(self._sorted_out, None)) is not None:
            if isinstance(one, Graded):
                yield one
            else:
                self._next = one
        return self._next is not None

    def drain(self) -> Iterator[Graded]:
        """What needed no run, as far as it has been seen."""
        while self._done:
            yield self._done.popleft()


class _Desk:
    """Tells what needs no run, and remembers of what is away all that its report lacks."""

    def __init__(self, job: Job, cache: Cache | None) -> None:
        self._job = job
        self._cache = cache
        self._keys = Keys(job) if cache else None
        self.diagnosing = Diagnosing(job, cache)
        self._away: dict[str, tuple[Mapping[str, bytes], Key]] = {}  # by student: code and key

    def sort_out(self, submissions: Iterable[Submission]) -> Iterator[Graded | Submission]:
        """What needs no run comes back graded."""
        for one in submissions:
            code = {name: one.files[name] for name in self._job.assignment.files
                    if name in one.files}  # fmt: skip
            if one.problem:
                yield Graded(self._blank(one, "rejected", one.problem), is_kept=False, code=code)
                continue
            key = self._keys.of(one) if self._keys else ""
            if self._cache and (kept := self._cache.get(key)):
                yield Graded(_for(one, kept), is_kept=True, code=code)
                continue
            self._away[one.student] = code, key
            yield one

    def finish(self, result: Result) -> Iterator[Graded]:
        """Of what was run, those that are whole now; what is worth keeping is kept."""
        if self.diagnosing.is_trial(result):
            yield from map(self._hand_out, self.diagnosing.note(result))
        elif isinstance(result, Failed):
            yield self._hand_out(self._blank(result.submission, "ungradable", result.reason))
        else:
            yield from map(self._hand_out, self.diagnosing.take(result))

    def _hand_out(self, report: Report) -> Graded:
        code, key = self._away.pop(report.submission.id)
        if self._cache and self.diagnosing.is_whole:
            self._cache.put(key, report)
        return Graded(report, is_kept=False, code=code)

    def _blank(
        self, submission: Submission, status: Literal["ungradable", "rejected"], reason: str
    ) -> Report:
        job = self._job
        return blank_report(job.assignment, submission, job.options, status, reason)


def _for(submission: Submission, kept: Report) -> Report:
    """A kept report, which may be another student's of equal content."""
    whose = msgspec.structs.replace(kept.submission, id=submission.student)
    return msgspec.structs.replace(kept, submission=whose)
