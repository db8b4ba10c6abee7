"""A report for each submission, whatever becomes of it: kept, graded or without marks."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import msgspec

from autograder.grading.blank import blank_report
from autograder.intake.submission import Submission
from autograder.reports.schema import Report
from autograder.scale.cache import Cache
from autograder.scale.job import Executor, Failed, Job
from autograder.scale.key import Key, Keys


@dataclass(frozen=True)
class Graded:
    """A submission and its report, and whether that was kept from an earlier run."""

    submission: Submission
    report: Report
    is_kept: bool


def graded(
    job: Job, submissions: Iterable[Submission], execute: Executor, cache: Cache | None
) -> Iterator[Graded]:
    """Yields each result as it is there. Submissions are taken when there is room for them."""
    done: deque[Graded] = deque()  # without being run
    running: dict[str, Submission] = {}  # by student
    keys: dict[str, Key] = {}  # of those that run, by student
    keys_of = Keys(job) if cache else None

    def to_run() -> Iterator[Submission]:
        for submission in submissions:
            if submission.problem:
                done.append(Graded(submission, _rejected(job, submission), is_kept=False))
                continue
            if cache and keys_of:
                key = keys[submission.student] = keys_of.of(submission)
                if kept := cache.get(key):
                    del keys[submission.student]
                    done.append(Graded(submission, _for(submission, kept), is_kept=True))
                    continue
            running[submission.student] = submission
            yield submission

    for result in execute(job, to_run()):
        yield from _drain(done)
        if isinstance(result, Failed):
            report = _ungradable(job, result)
            keys.pop(result.submission.student, None)
        else:
            report = result
            if cache:
                cache.put(keys.pop(report.submission.id), report)
        yield Graded(running.pop(report.submission.id), report, is_kept=False)
    yield from _drain(done)
    if cache:
        cache.prune()


def _drain(done: deque[Graded]) -> Iterator[Graded]:
    while done:
        yield done.popleft()


def _for(submission: Submission, kept: Report) -> Report:
    """A kept report, which may be another student's of equal content."""
    whose = msgspec.structs.replace(kept.submission, id=submission.student)
    return msgspec.structs.replace(kept, submission=whose)


def _rejected(job: Job, submission: Submission) -> Report:
    return blank_report(job.assignment, submission, job.options, "rejected", submission.problem)


def _ungradable(job: Job, failed: Failed) -> Report:
    return blank_report(job.assignment, failed.submission, job.options, "ungradable", failed.reason)
