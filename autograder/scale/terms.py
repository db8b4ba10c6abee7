"""What decides final scores beside the work itself: the times of handing in, and the overrides."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from autograder.course.assignment import Assignment, Course, Language
from autograder.course.overrides import (
    FILE,
    Override,
    of_student,
    read_overrides,
    unknown_students,
)
from autograder.grading.adjustments import adjusted
from autograder.intake.discover import Student
from autograder.intake.submission import Submission
from autograder.intake.time_list import TimeList, read_times
from autograder.intake.times import Moment, known_time
from autograder.reports.schema import Report
from autograder.reports.written import Written

TIMES = "times.csv"  # in an assignment's folder of reports: the list that was given last
MOST_TOLD = 10  # students by name


@dataclass(frozen=True)
class Terms:
    """Read anew by each run, and applied to reports that were kept as to fresh ones."""

    overrides: tuple[Override, ...] = ()
    times: TimeList = field(default_factory=TimeList)  # given to this run
    kept: Mapping[str, TimeList] = field(default_factory=dict)  # by assignment: to an earlier one

    def moment(
        self, student: Student, assignment: Assignment, submission: Submission
    ) -> Moment | None:
        """When it was handed in, where the assignment's policy asks for that and anything says it.

        The list comes first: it is the only one that no student can have written.
        """
        if assignment.late is None:
            return None
        listed = self._list_of(assignment.name).of(student.id, assignment.name)
        return listed or known_time(student, assignment.name, submission.files)

    def _list_of(self, assignment: str) -> TimeList:
        return self.kept.get(assignment, self.times)

    def applied(
        self, report: Report, assignment: Assignment, moment: Moment | None, language: Language
    ) -> Report:
        """The report with its adjustments and final score."""
        own = of_student(self.overrides, report.submission.id, assignment.name)
        return adjusted(report, assignment, moment, own, language)


def read_terms(course: Course, times: Path | None) -> Terms:
    """Those of the course's overrides.toml and of a list. CourseError says what is wrong."""
    return Terms(read_overrides(course), read_times(times) if times else TimeList())


def with_kept_lists(
    terms: Terms, times: Path | None, assignments: Sequence[Assignment], written: Written
) -> Terms:
    """Keeps the list of this run with the reports, and takes those that earlier runs left there.

    A list is kept for the assignments that it has times of; for others, what was kept stays. So a
    regrade without a list takes off what was taken off before.
    """
    kept: dict[str, TimeList] = {}
    for name in (one.name for one in assignments):
        place = f"{name}/{TIMES}"
        if times and terms.times.is_about(name):
            written.write(place, times.read_bytes())
        elif (written.folder / place).is_file():
            kept[name] = read_times(written.folder / place)
    return replace(terms, kept=kept)


def unknown(
    terms: Terms, assignments: Sequence[Assignment], students: Sequence[Student], output: Path
) -> list[str]:
    """What to say of each override whose student is not among these and has no report there."""
    ids = {one.id for one in students}
    return [
        problem
        for one in assignments
        for problem in unknown_students(terms.overrides, one.name, ids | _filed(output / one.name))
    ]


def terms_lines(
    terms: Terms, assignments: Sequence[Assignment], students: Sequence[Student], output: Path
) -> list[str]:
    """For the instructor: overrides of nobody, and where times come from a list of earlier on."""
    nobodies = unknown(terms, assignments, students, output)
    return [f"{FILE}: {problem}" for problem in nobodies] + [
        f"{one.name}: times by {output / one.name / TIMES}, the list that an earlier run was given"
        for one in assignments
        if one.late and one.name in terms.kept
    ]


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
