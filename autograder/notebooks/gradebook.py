"""`autograder export gradebook DB`: scores and comments of reports into nbgrader's gradebook.db.

Through nbgrader's own Gradebook. An assignment that the gradebook does not know is made there as
`nbgrader generate_assignment` would make it; one that it knows has to have the same test cells.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.course.assignment import Assignment, Language
from autograder.course.exporting import Export
from autograder.course.masked import mask_reference
from autograder.errors import CourseError
from autograder.notebooks.cells import Cell, test_name
from autograder.notebooks.nbgrader_course import course_cells
from autograder.notebooks.parts import solution_name
from autograder.notebooks.pieces import pieces
from autograder.reports.diagnoses import diagnosis_lines
from autograder.reports.filed import Filed
from autograder.reports.schema import Report, TestReport
from autograder.reports.words import word

if TYPE_CHECKING:
    from nbgrader.api import Gradebook, SubmittedNotebook

_EXTRA = "pip install 'autograder[notebooks]'"


def export_gradebook(call: Export) -> Iterator[str]:
    """Writes each report's scores and comments; says how many there were, and who got none."""
    filed = {one.name: Filed(call.reports / one.name, (), {}).with_earlier()
             for one in call.assignments}  # fmt: skip
    if not any(map(len, filed.values())):
        raise CourseError(f"{call.reports}: no reports. Do: grade first, or name them by --reports")
    with _opened(call) as gradebook:
        for assignment in call.assignments:
            if reports := filed[assignment.name]:
                book = _Book(gradebook, assignment, call.language)
                yield from book.write(reports)


def _opened(call: Export) -> Gradebook:
    try:
        from nbgrader.api import Gradebook
        from sqlalchemy.exc import SQLAlchemyError
    except ImportError as error:
        raise CourseError(f"nbgrader is not installed here. Do: {_EXTRA}") from error
    if not call.output.parent.is_dir():
        raise CourseError(f"{call.output.parent}: no such folder. Do: name nbgrader's gradebook.db")
    try:
        with _its_programs_found():
            return Gradebook(f"sqlite:///{call.output.resolve()}")
    except SQLAlchemyError as error:
        reason = str(error.__cause__ or error).splitlines()[0]
        raise CourseError(
            f"{call.output}: not nbgrader's gradebook ({reason}). Do: name its gradebook.db, or a "
            "new file"
        ) from error


@contextlib.contextmanager
def _its_programs_found() -> Iterator[None]:
    """A new gradebook asks the program alembic, which lies beside this Python, on PATH or not."""
    before = os.environ.get("PATH", os.defpath)
    os.environ["PATH"] = os.pathsep.join((str(Path(sys.executable).parent), before))
    try:
        yield
    finally:
        os.environ["PATH"] = before


class _Book:
    """One assignment in the gradebook; its notebook is named after it."""

    def __init__(self, gradebook: Gradebook, assignment: Assignment, language: Language) -> None:
        self._gradebook = gradebook
        self._assignment = assignment
        self._name = assignment.name
        self._language = language
        self._cells = [one for one in course_cells(assignment, language) if _facts(one)]
        self._homes = _homes(assignment, language)
        self._prepare()

    def write(self, reports: Filed) -> Iterator[str]:
        written = 0
        for report in reports:
            if report.score is None:  # our fault: no mark, and never a zero
                yield f"{self._name} {report.submission.id}: {report.status}, not written"
            else:
                self._write(report)
                written += 1
        yield f"{self._name}: {written} students"

    def _prepare(self) -> None:
        from nbgrader.api import MissingEntry

        try:
            known = self._gradebook.find_notebook(self._name, self._name)
        except MissingEntry:
            self._create()
            return
        here = {(cell.name, cell.max_score) for cell in known.grade_cells}
        facts = [_facts(one) for one in self._cells]
        wanted = {(one["grade_id"], one["points"]) for one in facts if one["grade"]}
        if here != wanted:
            odd, _ = min(here ^ wanted)
            raise CourseError(
                f"{self._name}: the gradebook and the course differ in the test {odd}. "
                "Do: autograder export nbgrader, nbgrader generate_assignment, then this again"
            )

    def _create(self) -> None:
        book, name = self._gradebook, self._name
        book.update_or_create_assignment(name)
        book.add_notebook(name, name)
        for cell in self._cells:
            facts = _facts(cell)
            grade_id, kind = facts["grade_id"], cell["cell_type"]
            if facts["grade"]:
                book.add_grade_cell(grade_id, name, name, max_score=facts["points"], cell_type=kind)
            if facts["solution"]:
                book.add_solution_cell(grade_id, name, name)
            locked = facts["locked"] or facts["grade"]
            book.add_source_cell(
                grade_id, name, name, cell_type=kind, source=cell["source"], locked=locked
            )

    def _write(self, report: Report) -> None:
        book, student = self._gradebook, report.submission.id
        book.update_or_create_student(student)
        book.update_or_create_submission(self._name, student)
        submitted = book.find_submission_notebook(self._name, self._name, student)
        self._grade(submitted, report)
        self._comment(submitted, report)
        book.db.commit()

    def _grade(self, submitted: SubmittedNotebook, report: Report) -> None:
        """A test that was not run earned nothing. A grade that a person gave stays, for review."""
        earned = {test.id: test.score for test in report.tests}
        scores = {test_name(test): earned.get(test.id, 0.0) for test in self._assignment.tests}
        more = sum(one.points for one in report.adjustments if one.kind != "late")
        for number, grade in enumerate(sorted(submitted.grades, key=lambda one: one.name)):
            grade.auto_score = scores[grade.name]
            if not number:  # what a person gives goes to the others
                grade.extra_credit = more or None
            grade.needs_manual_grade = grade.manual_score is not None
        late = -sum(one.points for one in report.adjustments if one.kind == "late")
        submitted.late_submission_penalty = late or None

    def _comment(self, submitted: SubmittedNotebook, report: Report) -> None:
        """What went wrong in an exercise, at the cell in which most of its gaps are."""
        texts: dict[str, list[str]] = {}
        first = next(iter(self._homes.values()), "")
        texts.setdefault(first, []).extend(_remarks(report, self._language))
        for exercise in self._assignment.exercises:
            of_exercise = [one for one in report.tests if one.exercise == exercise.id]
            lines = [line for test in of_exercise for line in _lines(test, self._language)]
            texts.setdefault(self._homes.get(exercise.id, first), []).extend(lines)
        for comment in submitted.comments:
            comment.auto_comment = "\n".join(texts.get(comment.name, ())) or None


def _facts(cell: Cell) -> Mapping[str, Any]:
    facts: Mapping[str, Any] = cell["metadata"].get("nbgrader", {})
    return facts


def _homes(assignment: Assignment, language: Language) -> dict[str, str]:
    """By exercise, the solution cell with most of its gaps; one without any shares the last one."""
    counts: dict[str, Counter[str]] = {}
    last = ""
    for file, masked in mask_reference(assignment).items():
        for piece in pieces(masked, language):
            last = solution_name(file, piece) if piece.exercises else last
            for exercise in piece.exercises:
                counts.setdefault(exercise, Counter())[solution_name(file, piece)] += 1
    found = {name: some.most_common(1)[0][0] for name, some in counts.items()}
    return {one.id: found.get(one.id, last) for one in assignment.exercises}


def _remarks(report: Report, language: Language) -> Iterator[str]:
    """What is to be said of the submission as a whole."""
    if report.reason:
        yield f"{word(report.status, language)}: {report.reason}"
    for one in report.adjustments:
        yield f"{word(one.kind, language)} {one.points:+g}: {one.reason}"


def _lines(test: TestReport, language: Language) -> Sequence[str]:
    points = f"{test.score:g} / {test.max_score:g}"
    if test.status == "passed":
        return test.notes
    told = [f"{word(test.status, language)} {points} · {test.title}", *test.message.splitlines(),
            *diagnosis_lines(test, language)]  # fmt: skip
    return [*told, f"{word('hint', language)}: {test.hint}"] if test.hint else told
