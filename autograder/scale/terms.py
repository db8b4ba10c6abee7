"""What decides final scores beside the work itself: the times of handing in, and the overrides."""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.course.assignment import Assignment, Course, Language
from autograder.course.overrides import (
    FILE,
    Override,
    of_student,
    read_overrides,
    refuse_unknown,
    unknown_students,
)
from autograder.grading.adjustments import adjusted
from autograder.intake.discover import Student
from autograder.intake.submission import Submission
from autograder.intake.time_list import TimeList, read_times
from autograder.intake.times import Moment, known_time
from autograder.reports.schema import Report

MOST_TOLD = 10  # students by name


@dataclass(frozen=True)
class Terms:
    """Read anew by each run, and applied to reports that were kept as to fresh ones."""

    overrides: tuple[Override, ...] = ()
    times: TimeList = field(default_factory=TimeList)

    def moment(
        self, student: Student, assignment: Assignment, submission: Submission
    ) -> Moment | None:
        """When it was handed in, where the assignment's policy asks for that and anything says it.

        The list comes first: it is the only one that no student can have written.
        """
        if assignment.late is None:
            return None
        listed = self.times.of(student.id, assignment.name)
        return listed or known_time(student, assignment.name, submission.files)

    def applied(
        self, report: Report, assignment: Assignment, moment: Moment | None, language: Language
    ) -> Report:
        """The report with its adjustments and final score."""
        own = of_student(self.overrides, report.submission.id, assignment.name)
        return adjusted(report, assignment, moment, own, language)


def read_terms(course: Course, times: Path | None) -> Terms:
    """Those of the course's overrides.toml and of a list. CourseError says what is wrong."""
    return Terms(read_overrides(course), read_times(times) if times else TimeList())


def check_students(
    course: Course,
    terms: Terms,
    assignments: Sequence[Assignment],
    students: Sequence[Student],
    output: Path,
    *,
    is_class: bool,
) -> None:
    """Whether each override's student is in this run or has a report in `output`.

    Where a whole class is graded, one who is nobody is a CourseError; else it is told.
    """
    ids = {one.id for one in students}
    problems = [
        problem
        for one in assignments
        for problem in unknown_students(terms.overrides, one.name, ids | _filed(output / one.name))
    ]
    if is_class:
        refuse_unknown(course, problems)
    for problem in problems:
        print(f"autograder: {FILE}: {problem}", file=sys.stderr)


def untimed_line(assignment: Assignment, students: Collection[str], late: Collection[str]) -> str:
    """For the instructor: of whom nobody says when they handed in; `late` are so by Canvas."""
    names = ", ".join(sorted(students)[:MOST_TOLD])
    more = f" and {len(students) - MOST_TOLD} more" if len(students) > MOST_TOLD else ""
    called = f" (Canvas calls late: {', '.join(sorted(late)[:MOST_TOLD])})" if late else ""
    return (
        f"{assignment.name}: nothing says when {names}{more} handed in; nothing was taken off"
        f"{called}. Do: name the LMS's list of times with --times"
    )


def _filed(folder: Path) -> set[str]:
    return {path.stem for path in folder.glob("*.json")}
