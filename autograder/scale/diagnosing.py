"""Diagnoses a class's reports as they come.

The table of known mistakes is made by exercise, when the first report asks for it: what has to be
run for it goes to the same executor, among the submissions, and reports wait for it meanwhile.
Where nothing fails, nothing is run.
"""

from __future__ import annotations

import functools
import sys
import time
from collections import deque
from collections.abc import Iterator

import msgspec

from autograder.course.one_line import one_line
from autograder.diagnosis.diagnosed import diagnosed, exercises_asked
from autograder.diagnosis.table import Known, part_of, together
from autograder.errors import CourseError
from autograder.intake.submission import Submission
from autograder.reports.schema import Report
from autograder.scale.cache import Cache, is_lasting
from autograder.scale.job import Executor, Failed, Job, Result
from autograder.scale.key import Key, part_key, table_key

EVERY_S = 10.0  # seconds between lines that say how far the mistakes are


class Diagnosing:
    """Of one run of a job. `is_whole` says whether all was run that the table is made of."""

    def __init__(self, job: Job, cache: Cache | None) -> None:
        self._job = job
        self._cache = cache
        self._parts: dict[str, Known] = {}  # of the table, by exercise
        self._trials: deque[Submission] = deque()  # still to be run
        self._away: dict[str, str] = {}  # trials, waiting or running: by id their exercise
        self._found: dict[str, dict[str, Report]] = {}  # of trials, by exercise and id
        self._waiting: list[tuple[Report, frozenset[str]]] = []  # with what they ask for
        self._told_s = time.monotonic()
        self.is_whole = True
        if job.known:
            self._parts = {one: part_of(job.known, one) for one in self.exercises}

    @functools.cached_property
    def exercises(self) -> frozenset[str]:
        """Those that have known mistakes."""
        folder = self._job.assignment.mistakes_folder
        return frozenset(path.parent.name for path in folder.glob("*/*.toml"))

    def next_trial(self) -> Submission | None:
        """What else has to be run, beside submissions."""
        return self._trials.popleft() if self._trials else None

    def is_trial(self, result: Result) -> bool:
        return _id(result) in self._away

    def note(self, result: Result) -> Iterator[Report]:
        """Takes a trial's result; gives the reports that waited for the last one."""
        exercise = self._away.pop(_id(result))
        if not isinstance(result, Failed) and result.status == "graded":
            self._found.setdefault(exercise, {})[result.submission.id] = result
        else:
            self.is_whole = False
        if exercise in self._away.values():
            self._tell()
            return
        self._finish(exercise)
        waiting, self._waiting = self._waiting, []
        for report, asked in waiting:
            yield from self._told(report, asked)

    def take(self, report: Report) -> Iterator[Report]:
        """The report with its diagnoses, or nothing yet."""
        asked = exercises_asked(self._job.assignment, report) & self.exercises
        if asked and self._job.options.diagnose:
            self.ask(asked)
            yield from self._told(report, asked)
        else:
            yield msgspec.structs.replace(report, traces=msgspec.UNSET)

    def ask(self, exercises: frozenset[str]) -> None:
        """Sees to it that the table has these, once what is to be run has been."""
        for one in sorted(exercises - self._parts.keys() - set(self._away.values())):
            kept = self._cache.get_table(part_key(self._key, one)) if self._cache else None
            if kept is None:
                self._begin(one)
            else:
                self._parts[one] = kept

    def table(self, exercises: frozenset[str]) -> Known:
        """What is known of these by now."""
        return together(self._parts[one] for one in sorted(exercises & self._parts.keys()))

    @functools.cached_property
    def _key(self) -> Key:
        return table_key(self._job)

    def _told(self, report: Report, asked: frozenset[str]) -> Iterator[Report]:
        if asked <= self._parts.keys():
            job = self._job
            yield diagnosed(job.assignment, report, self.table(asked), job.options.language)
        else:
            self._waiting.append((report, asked))

    def _begin(self, exercise: str) -> None:
        from autograder.diagnosis.known import trials  # libcst: slow, and often not needed

        try:
            found = list(trials(self._job.assignment, exercise))
        except CourseError as error:  # not the students' fault: they are graded without
            self._parts[exercise] = Known()
            self._print(f"{exercise}: no known mistake is named: {one_line(str(error))}")
            return
        self._trials.extend(found)
        self._away |= {one.student: exercise for one in found}
        self._print(
            f"{exercise} has failures: trying {_counted(len(found) - 1)}, the first time only"
        )

    def _finish(self, exercise: str) -> None:
        from autograder.diagnosis.known import known_of

        found = self._found.pop(exercise, {})
        part = known_of(self._job.assignment, exercise, found)
        self._parts[exercise] = part
        if self._cache and self.is_whole and all(map(is_lasting, found.values())):
            self._cache.put_table(part_key(self._key, exercise), part)

    def _tell(self) -> None:
        """How far it is, now and then."""
        if time.monotonic() - self._told_s >= EVERY_S:
            runs = "run" if len(self._away) == 1 else "runs"
            self._print(f"{len(self._away)} {runs} of known mistakes to go")

    def _print(self, line: str) -> None:
        print(f"autograder: {self._job.assignment.name}: {line}", file=sys.stderr, flush=True)
        self._told_s = time.monotonic()


def known_mistakes(
    job: Job, execute: Executor, cache: Cache | None, only: frozenset[str] | None = None
) -> Known:
    """The table of a job's known mistakes, of all exercises or of `only` these.

    It is kept, or made now, which takes a while. Empty where there are none, or the reference is
    wrong; an exercise lacks where one of its mistakes cannot be read or made.
    """
    desk = Diagnosing(job, cache)
    desk.ask(desk.exercises if only is None else desk.exercises & only)
    for result in execute(job, iter(desk.next_trial, None)):
        for _ in desk.note(result):
            pass  # nobody waits
    return desk.table(desk.exercises)


def _counted(mistakes: int) -> str:
    return f"{mistakes} known mistake{'s' * (mistakes != 1)}"


def _id(result: Result) -> str:
    return result.submission.student if isinstance(result, Failed) else result.submission.id
