"""A class in one walk over its reports: what the class's page needs of each, and no more."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from autograder.course.assignment import Assignment, Language
from autograder.reports.schema import Report
from autograder.reports.site.pages import href
from autograder.reports.words import main_line

NOT_RUN = "-"
LETTERS = {
    "passed": "p", "partial": "h", "failed": "f", "error": "e", "timeout": "t", "crashed": "c",
    "limit": "l", "skipped": "s",
}  # fmt: skip
LONGEST_LINE = 200  # characters of what went wrong first


@dataclass(frozen=True)
class Row:
    """One student."""

    student: str
    href: str
    status: str  # of the report
    final: float | None
    is_full: bool
    exercises: tuple[float | None, ...]  # points
    times: tuple[float, ...]  # seconds, of each exercise's tests
    letters: str  # how each test of the assignment ended
    problem: str
    duration: float  # seconds


@dataclass(frozen=True)
class Rate:
    """How often something went well."""

    good: int
    of: int

    @property
    def share(self) -> float:
        return self.good / self.of if self.of else 0.0

    @property
    def percent(self) -> str:
        """Never rounded to nothing or to everything."""
        if not self.of:
            return "–"
        if 0 < self.share < 0.01:
            return "< 1 %"
        return "> 99 %" if 0.99 < self.share < 1 else f"{self.share:.0%}".replace("%", " %")


@dataclass(frozen=True)
class Times:
    """Seconds."""

    median: float
    longest: float
    total: float


def read_rows(
    assignment: Assignment, reports: Iterable[Report], language: Language
) -> tuple[Row, ...]:
    """A row a report, in the order given."""
    return tuple(_row(assignment, report, language) for report in reports)


def _row(assignment: Assignment, report: Report, language: Language) -> Row:
    letters = {test.id: LETTERS[test.status] for test in report.tests}
    by_id = {exercise.id: exercise.score for exercise in report.exercises}
    times: dict[str, float] = defaultdict(float)
    for test in report.tests:
        times[test.exercise] += test.duration_s
    student = report.submission.id
    return Row(
        student=student,
        href=href(assignment.name, student),
        status=report.status,
        final=report.final_score,
        is_full=report.final_score is not None and report.final_score >= report.max_score,
        exercises=tuple(
            None if report.score is None else by_id.get(exercise.id)
            for exercise in assignment.exercises
        ),
        times=tuple(times[exercise.id] for exercise in assignment.exercises),
        letters="".join(letters.get(test.id, NOT_RUN) for test in assignment.tests),
        problem=_cut(main_line(report, language)),
        duration=report.duration_s,
    )


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_LINE else text[: LONGEST_LINE - 1] + "…"


def best_first(rows: Sequence[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (-(row.final or 0.0), row.final is None, row.student))


def letters_of_test(rows: Sequence[Row], number: int) -> str:
    """How a test ended, a letter a student."""
    return "".join(row.letters[number] for row in rows)


def test_rate(letters: str) -> Rate:
    """Of those for whom the test was run."""
    run = [letter for letter in letters if letter != NOT_RUN]
    return Rate(run.count(LETTERS["passed"]), len(run))


def full_rate(rows: Sequence[Row], number: int, most: float) -> Rate:
    """How many have an exercise's full points, of those who have a mark."""
    marks = [one for row in rows if (one := row.exercises[number]) is not None]
    return Rate(sum(mark >= most for mark in marks), len(marks))


def share_earned(rows: Sequence[Row], number: int, most: float) -> float:
    """What part of an exercise's points was earned, on average over those who have a mark."""
    marks = [one for row in rows if (one := row.exercises[number]) is not None]
    return statistics.fmean(marks) / most if marks and most else 0.0


def times_of(seconds: Sequence[float]) -> Times:
    if not seconds:
        return Times(0.0, 0.0, 0.0)
    return Times(statistics.median(seconds), max(seconds), sum(seconds))
