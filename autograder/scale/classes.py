"""Grades what a class handed in for one assignment and files each report as soon as it is there."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from autograder.consensus.bonus import read_vote, with_bonus
from autograder.consensus.result import ClassScore
from autograder.course.assignment import Assignment
from autograder.grading.options import Options
from autograder.intake.discover import Student, read_submission
from autograder.intake.submission import Submission
from autograder.intake.times import Moment
from autograder.intake.uploads import parse_upload
from autograder.models.store import locate
from autograder.reports.filed import Filed
from autograder.reports.grades_csv import grades_csv
from autograder.reports.schema import Report, encode
from autograder.reports.site.class_page import VOTE, Section, class_page
from autograder.reports.site.filing import Pages
from autograder.reports.site.rows import read_rows
from autograder.reports.whole import sweep
from autograder.reports.words import likeness_lines
from autograder.reports.written import Written
from autograder.scale.cache import Cache
from autograder.scale.job import Executor, Job
from autograder.scale.progress import Style, with_progress
from autograder.scale.results import Graded, graded
from autograder.scale.terms import Terms, untimed_line

if TYPE_CHECKING:
    from torch import Tensor

ADAPTER = "adapter_model.safetensors"  # as peft saves it
MOST_TOLD = 20  # students who handed in a notebook beside the file that counts


@dataclass(frozen=True)
class Run:
    """How a run grades, the same for each of its assignments."""

    options: Options
    execute: Executor
    cache: Cache | None
    written: Written
    progress: Style
    terms: Terms = dataclasses.field(default_factory=Terms)


@dataclass
class ClassResult:
    """What became of a class in one assignment."""

    assignment: Assignment
    reports: Filed  # of this run
    kept: int  # of them: graded in an earlier run, and nothing has changed
    without_marks: list[Report]  # of them: those rejected and ungradable
    likenesses: list[str]  # lines about adapters that are nearly the same


def grade_class(run: Run, assignment: Assignment, students: Sequence[Student]) -> ClassResult:
    """Grades the students' work and writes each one's report and page, `<assignment>/<student>`."""
    sweep(run.written.folder / assignment.name)
    reader = _Reader(assignment, students, run.terms)
    results = graded(Job(assignment, run.options), reader.read(), run.execute, run.cache)
    vote = read_vote(run.written.folder, assignment)
    results = (_with_terms(run, assignment, reader, vote, result) for result in results)
    pages = Pages(assignment, run.options.language, run.written)
    unwritten: dict[str, Report] = {}
    without_marks = []
    kept = 0
    for result in with_progress(results, run.progress, assignment.name, len(students)):
        report, student = result.report, result.report.submission.id
        kept += result.is_kept
        if report.status != "graded":
            without_marks.append(report)
        if not run.written.write(f"{assignment.name}/{student}.json", encode(report)):
            unwritten[student] = report
        pages.bring_up_to_date(report, result.code)
    reader.tell_untimed()
    return ClassResult(
        assignment,
        Filed(run.written.folder / assignment.name, [one.id for one in students], unwritten),
        kept,
        sorted(without_marks, key=lambda report: report.submission.id),
        reader.likenesses(run.options),
    )


def _with_terms(
    run: Run, assignment: Assignment, reader: _Reader, vote: ClassScore | None, result: Graded
) -> Graded:
    moment, language = reader.moments.get(result.report.submission.id), run.options.language
    report = with_bonus(result.report, assignment, vote, language)
    report = run.terms.applied(report, assignment, moment, language)
    return dataclasses.replace(result, report=report)


def write_table(run: Run, result: ClassResult) -> None:
    """Writes `<assignment>/grades.csv`: of this run, and of earlier ones in the folder."""
    everyone = result.reports.with_earlier()
    run.written.write(f"{result.assignment.name}/grades.csv",
                      grades_csv(result.assignment, everyone))  # fmt: skip


def write_page(run: Run, results: Collection[ClassResult]) -> None:
    """Writes index.html: the assignments of this run, with earlier runs' reports of these."""
    sections = [_section(run, one) for one in results]
    has_vote = (run.written.folder / VOTE).is_file()
    page = class_page(sections, run.options.language, has_vote=has_vote)
    run.written.write("index.html", page)


def _section(run: Run, result: ClassResult) -> Section:
    """What the page shows of one assignment; the notes are for the instructor alone."""
    language = run.options.language
    reports = Pages(result.assignment, language, run.written).supplied(
        result.reports.with_earlier()
    )
    rows = read_rows(result.assignment, reports, language)
    return Section(result.assignment, rows, tuple(result.likenesses))


def with_data(assignments: Iterable[Assignment]) -> list[Assignment]:
    """The assignments, once all that their tests need is known to be here: before any is graded.

    Raises CourseError where something is missing.
    """
    chosen = list(assignments)
    for one in chosen:
        for name in one.needs:
            locate(name)
    return chosen


class _Reader:
    """Reads one submission after another, and keeps of each what tells how like adapters are.

    And when it was handed in, as far as anything says so and the assignment asks for it.
    """

    def __init__(self, assignment: Assignment, students: Sequence[Student], terms: Terms) -> None:
        self._assignment = assignment
        self._students = students
        self._terms = terms
        self._answers: dict[str, Tensor] = {}  # by student
        self._untimed: list[Student] = []
        self.moments: dict[str, Moment] = {}  # by student
        self._told = 0

    def read(self) -> Iterator[Submission]:
        for student in self._students:
            submission = read_submission(student, self._assignment)
            self._note_time(student, submission)
            if submission.passed_over:
                self._tell(student, submission.passed_over)
            for name, data in submission.files.items():
                if name.endswith(ADAPTER):
                    self._look_at(student.id, data)
            yield submission

    def _tell(self, student: Student, beside: Sequence[str]) -> None:
        self._told += 1
        if self._told <= MOST_TOLD:
            print(f"autograder: {student.id}: handed in {', '.join(beside)} beside the file for "
                  "which it could stand; the file counts. Do: check that this is meant",
                  file=sys.stderr)  # fmt: skip

    def _note_time(self, student: Student, submission: Submission) -> None:
        if moment := self._terms.moment(student, self._assignment, submission):
            self.moments[student.id] = moment
        elif self._assignment.late and submission.files:
            self._untimed.append(student)

    def tell_untimed(self) -> None:
        """Tells the instructor of those of whom nothing says when they handed in."""
        if self._untimed:
            uploads = {one.id: parse_upload(one.where.name) for one in self._untimed}
            late = [name for name, upload in uploads.items() if upload and upload.is_late]
            print(f"autograder: {untimed_line(self._assignment, list(uploads), late)}",
                  file=sys.stderr)  # fmt: skip

    def _look_at(self, student: str, data: bytes) -> None:
        from autograder.grading.likeness import answers, read_matrices  # torch

        found = answers(read_matrices(data))
        if found is not None:
            self._answers[student] = found

    def likenesses(self, options: Options) -> list[str]:
        """A line a pair of students whose adapters are nearly the same."""
        if not self._answers:
            return []
        from autograder.grading.likeness import near_identical

        return likeness_lines(near_identical(self._answers), options.language)
