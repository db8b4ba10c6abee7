"""Diagnoses a class's reports as they come.

The table of known mistakes is made when the first report asks for it: what has to be run for it
goes to the same executor, among the submissions, and reports wait for it meanwhile. Where nothing
fails, nothing is run.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterator

import msgspec

from autograder.diagnosis.diagnosed import asks_for_mistakes, diagnosed
from autograder.diagnosis.table import Known
from autograder.intake.submission import Submission
from autograder.reports.schema import Report
from autograder.scale.cache import Cache, is_lasting
from autograder.scale.job import Executor, Failed, Job, Result
from autograder.scale.key import table_key


class Diagnosing:
    """Of one run of a job. `is_whole` says whether all was run that the table is made of."""

    def __init__(self, job: Job, cache: Cache | None) -> None:
        self._job = job
        self._cache = cache
        self._known = job.known
        self._trials: deque[Submission] = deque()  # still to be run
        self._away: set[str] = set()  # trials by id, waiting or running
        self._found: dict[str, Report] = {}  # of trials
        self._waiting: list[Report] = []
        self.is_whole = True

    def next_trial(self) -> Submission | None:
        """What else has to be run, beside submissions."""
        return self._trials.popleft() if self._trials else None

    def is_trial(self, result: Result) -> bool:
        return _id(result) in self._away

    def note(self, result: Result) -> Iterator[Report]:
        """Takes a trial's result; gives the reports that waited for the last one."""
        self._away.discard(_id(result))
        if not isinstance(result, Failed) and result.status == "graded":
            self._found[result.submission.id] = result
        else:
            self.is_whole = False
        if not self._away:
            self._finish()
            for report in self._waiting:
                yield self._told(report)
            self._waiting.clear()

    def take(self, report: Report) -> Iterator[Report]:
        """The report with its diagnoses, or nothing yet."""
        if not self._asks(report):
            yield msgspec.structs.replace(report, traces=msgspec.UNSET)
        elif self.table() is None:
            self._waiting.append(report)
        else:
            yield self._told(report)

    def _asks(self, report: Report) -> bool:
        return self._job.options.diagnose and asks_for_mistakes(report)

    def _told(self, report: Report) -> Report:
        assert self._known is not None
        job = self._job
        return diagnosed(job.assignment, report, self._known, job.options.language)

    def table(self) -> Known | None:
        """The table, if it is at hand; else its making is begun."""
        if self._known is None and not self._away:
            self._known = self._kept()
            if self._known is None:
                self._begin()
        return self._known

    def _kept(self) -> Known | None:
        return self._cache.get_table(table_key(self._job)) if self._cache else None

    def _begin(self) -> None:
        from autograder.diagnosis.known import trials  # libcst: slow, and often not needed

        self._trials.extend(trials(self._job.assignment))
        self._away.update(one.student for one in self._trials)
        print(f"autograder: {self._job.assignment.name}: something failed: running "
              f"{len(self._away) - 1} known mistakes, once", file=sys.stderr)  # fmt: skip

    def _finish(self) -> None:
        from autograder.diagnosis.known import known_of

        self._known = known_of(self._job.assignment, self._found)
        if self._cache and self.is_whole and all(map(is_lasting, self._found.values())):
            self._cache.put_table(table_key(self._job), self._known)


def known_mistakes(job: Job, execute: Executor, cache: Cache | None) -> Known:
    """The table of a job's known mistakes: kept, or made now, which takes a while.

    Empty where the course has none, or its reference is wrong.
    """
    if not job.assignment.mistakes_folder.is_dir():
        return Known()
    desk = Diagnosing(job, cache)
    if (known := desk.table()) is not None:
        return known
    for result in execute(job, iter(desk.next_trial, None)):
        for _ in desk.note(result):
            pass
    return desk.table() or Known()


def _id(result: Result) -> str:
    return result.submission.student if isinstance(result, Failed) else result.submission.id
