"""A report for each submission, whatever becomes of it: kept, graded or without marks."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import msgspec

from autograder.grading.blank import blank_report
from autograder.intake.submission import Submission
from autograder.reports.schema import Report
from autograder.scale.cache import Cache
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
    sorted_out = desk.sort_out(submissions)
    for one in sorted_out:
        if isinstance(one, Graded):
            yield one
            continue
        done: deque[Graded] = deque()  # what needs no run, found between what does
        for result in execute(job, _to_run(itertools.chain([one], sorted_out), done)):
            yield from _drain(done)
            yield desk.finish(result)
        yield from _drain(done)
    if cache:
        cache.prune()


def _to_run(sorted_out: Iterable[Graded | Submission], done: deque[Graded]) -> Iterator[Submission]:
    for one in sorted_out:
        if isinstance(one, Graded):
            done.append(one)
        else:
            yield one


def _drain(done: deque[Graded]) -> Iterator[Graded]:
    while done:
        yield done.popleft()


class _Desk:
    """Tells what needs no run, and remembers of what is away all that its report lacks."""

    def __init__(self, job: Job, cache: Cache | None) -> None:
        self._job = job
        self._cache = cache
        self._keys = Keys(job) if cache else None
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

    def finish(self, result: Result) -> Graded:
        """Of what was run; what is worth keeping is kept."""
        if isinstance(result, Failed):
            report = self._blank(result.submission, "ungradable", result.reason)
        else:
            report = result
        code, key = self._away.pop(report.submission.id)
        if self._cache:
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
