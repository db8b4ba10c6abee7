"""What an executor is given, and what it gives back for each submission."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from autograder.course.assignment import Assignment
from autograder.diagnosis.table import Known
from autograder.grading.options import Options
from autograder.intake.submission import Submission
from autograder.reports.schema import Report


@dataclass(frozen=True)
class Job:
    """What each worker is made for."""

    assignment: Assignment
    options: Options
    known: Known | None = None  # the table of known mistakes, where it is at hand already


@dataclass(frozen=True)
class Failed:
    """A submission that could not be graded where it was tried, and why."""

    submission: Submission
    reason: str


Result: TypeAlias = Report | Failed

# Yields a result for each submission, as they are done, and takes the next when it has room for
# it. Raises CourseError, or GraderFault where nothing can be graded at all.
Executor: TypeAlias = Callable[[Job, Iterable[Submission]], Iterator[Result]]
