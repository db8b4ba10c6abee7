"""What there is to show: the next exercise with its gaps and first failure, and the list of all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from autograder.course.assignment import Assignment, Exercise, Language
from autograder.course.gaps import Unfilled
from autograder.loop.progress import Standing
from autograder.reports.diagnoses import diagnosis_lines
from autograder.reports.schema import TestReport
from autograder.reports.words import describe_gap, word


@dataclass(frozen=True)
class Row:
    """One exercise in the list."""

    assignment: Assignment
    exercise: Exercise
    standing: Standing | None  # None: never run
    holds: bool  # nothing has changed that decides it
    gaps: int  # that are open
    points: float  # of its public tests

    @property
    def is_done(self) -> bool:
        passed = self.standing is not None and self.standing.is_passed
        return self.gaps == 0 and self.holds and passed


@dataclass(frozen=True)
class Next:
    """The exercise to do."""

    row: Row
    gaps: tuple[tuple[str, Unfilled], ...]  # its open ones, each with its file
    tests: tuple[TestReport, ...]  # its public tests as they ended
    others: tuple[tuple[str, str], ...] = ()  # name and first hint of its gaps that are filled

    def failure(self, language: Language) -> TestReport | None:
        """The first test that fails, unless it is an open gap that it fails of."""
        waiting = {describe_gap(gap, language) for _, gap in self.gaps}
        return next((test for test in self.tests
                     if test.status != "passed" and test.message not in waiting), None)  # fmt: skip

    def hints(self, language: Language) -> tuple[str, ...]:
        """One after another, for the next open gap, or else for the first failure."""
        if self.gaps:
            return self.gaps[0][1].hints_in(language)
        failure = self.failure(language)
        return tuple(self._of_failure(failure)) if failure else ()

    def _of_failure(self, failure: TestReport) -> Iterator[str]:
        yield failure.hint
        yield from (f"{name}: {hint}" for name, hint in self.others)


@dataclass(frozen=True)
class View:
    """Everything that the screen shows."""

    rows: tuple[Row, ...]
    next: Next | None  # None: all is done
    earned: float
    most: float  # points of all public tests of the course
    trouble: tuple[str, ...]  # what stands in the way: a file that is missing, or data
    seconds: float | None = None  # how long the last run took
    printed: tuple[str, ...] = ()  # the last lines that the code printed in it

    def hints(self, language: Language) -> tuple[str, ...]:
        return self.next.hints(language) if self.next else ()


def told(test: TestReport, language: Language) -> list[str]:
    """Why a test fails, line by line."""
    said = (test.message or word(test.status, language)).splitlines()
    return [*said, *diagnosis_lines(test, language)]
