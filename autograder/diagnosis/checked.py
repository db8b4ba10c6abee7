"""Known mistakes in what a student's own check found, by the table that came with the template."""

from __future__ import annotations

from collections.abc import Iterable

from autograder.course.assignment import Assignment, Language
from autograder.diagnosis.diagnosed import diagnosed_tests
from autograder.diagnosis.table import Known, has_table, read_table
from autograder.errors import CourseError
from autograder.grading.outcome import Outcome
from autograder.grading.scoring import Score
from autograder.grading.student import Tracing


def tracing_of(assignment: Assignment) -> Tracing:
    """What of the calls a check has to keep."""
    return "lost" if has_table(assignment) else "none"


def is_damaged(assignment: Assignment) -> bool:
    """Whether there is a table that cannot be read."""
    return has_table(assignment) and _table(assignment) is None


def _table(assignment: Assignment) -> Known | None:
    try:
        return read_table(assignment)
    except CourseError:
        return None


def with_known_mistakes(
    assignment: Assignment, result: Score, outcomes: Iterable[Outcome], language: Language
) -> Score:
    """The same with the mistakes that the failures show; whole exercises must have been run.

    Without a table that can be read it stays as it is.
    """
    traces = [trace for one in outcomes if (trace := one.trace)]
    known = _table(assignment) if traces else None
    if known is None:
        return result
    return result._replace(tests=diagnosed_tests(assignment, result.tests, traces, known, language))
