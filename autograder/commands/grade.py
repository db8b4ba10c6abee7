"""`autograder grade`: a class in, reports and a table out."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console

from autograder.course.assignment import Assignment, Course, Language, find_course
from autograder.errors import CourseError
from autograder.grading.options import Isolation, Options
from autograder.intake.discover import (
    Student,
    find_students,
    handed_in,
    read_submission,
    skipped,
    superseded,
)
from autograder.intake.names import ARCHIVES
from autograder.intake.submission import Submission
from autograder.models.store import locate
from autograder.models.weights import load_model
from autograder.reports.grades_csv import grades_csv
from autograder.reports.lock import alone_in
from autograder.reports.page import class_page
from autograder.reports.schema import Report, decode, encode
from autograder.reports.terminal import class_summary
from autograder.reports.whole import sweep
from autograder.reports.words import likeness_lines
from autograder.reports.written import Written
from autograder.scale.job import Job
from autograder.scale.progress import with_progress

ADAPTER = "adapter_model.safetensors"  # as peft saves it


def grade(
    paths: Sequence[Path],
    *,
    archives_are_classes: bool,
    assignment: str | None,
    output: Path,
    jobs: int | None,
    isolation: Isolation,
    model: Path | None,
    fail_under: float | None,
    no_cache: bool,  # as yet, nothing is
    lang: Language,
) -> int:
    """Grades every student at `paths`, writes the reports and prints a table an assignment."""
    course = find_course(Path.cwd())
    names = [assignment] if assignment else course.names
    students = find_students(paths, names, archives_are_classes=archives_are_classes)
    _prepare(output)
    with alone_in(output):
        sweep(output)
        passed_over = skipped(paths, names, archives_are_classes=archives_are_classes)
        _tell_oddities(passed_over, students)
        options = Options(isolation, lang, load_model(model) if model else None)
        chosen = _with_data(_assignments(course, assignment, students))
        written = Written(output)
        graded: list[Report] = []
        everyone: dict[str, tuple[Assignment, list[Report]]] = {}  # with earlier runs' reports
        notes: dict[str, list[str]] = {}  # about the class, for the instructor alone
        for one in chosen:
            submissions = [read_submission(student, one) for student in students]
            reports = _grade(one, submissions, options, jobs, written)
            graded += reports
            everyone[one.name] = one, _with_earlier(output / one.name, reports)
            written.write(f"{one.name}/grades.csv", grades_csv(*everyone[one.name]))
            notes[one.name] = _likenesses(submissions, lang)
            _show(one, reports, notes[one.name], lang)
        written.write("index.html", class_page(everyone, notes, lang))
        if not written.lacking:
            print(f"{output / 'index.html'}")
        return _exit_code(graded, written.lacking, fail_under)


def _grade(
    assignment: Assignment,
    submissions: Sequence[Submission],
    options: Options,
    jobs: int | None,
    written: Written,
) -> list[Report]:
    """The reports in order of student id, each written as soon as it is done."""
    job = Job(assignment, options)
    sweep(written.folder / assignment.name)
    reports = []
    for report in with_progress(job, submissions, jobs or len(os.sched_getaffinity(0))):
        reports.append(report)
        written.write(f"{assignment.name}/{report.submission.id}.json", encode(report))
    return sorted(reports, key=lambda report: report.submission.id)


def _show(
    assignment: Assignment, reports: Sequence[Report], notes: Sequence[str], language: Language
) -> None:
    console = Console()
    console.print(class_summary(assignment, reports, language, console.width))
    for note in notes:
        console.print(note, markup=False, highlight=False)


def _tell_oddities(passed_over: Sequence[Path], students: Sequence[Student]) -> None:
    for path in passed_over:
        print(f"autograder: {path}: neither a folder nor an archive ({', '.join(ARCHIVES)}); "
              "skipped. Do: check that it is no submission", file=sys.stderr)  # fmt: skip
    for line in superseded(students):
        print(f"autograder: {line}", file=sys.stderr)
    for student in students:
        if student.is_renamed:
            print(f"autograder: {student.id}: odd characters in this name are written as %XX. "
                  "Do: rename the folder", file=sys.stderr)  # fmt: skip


def _assignments(
    course: Course, only: str | None, students: Sequence[Student]
) -> Iterator[Assignment]:
    names = [only] if only else handed_in(students, course.names)
    if not names:
        raise CourseError(
            f"{students[0].path}: no {' or '.join(course.names)} folder in it. "
            "Do: check the path, or name one with --assignment"
        )
    return (course.assignment(name) for name in names)


def _with_data(assignments: Iterator[Assignment]) -> list[Assignment]:
    """The assignments, once all that their tests need is known to be here: before any is graded."""
    chosen = list(assignments)
    for one in chosen:
        for name in one.needs:
            locate(name)
    return chosen


def _likenesses(submissions: Sequence[Submission], language: Language) -> list[str]:
    weights = {one.student: data for one in submissions for name, data in one.files.items()
               if name.endswith(ADAPTER)}  # fmt: skip
    if not weights:
        return []
    from autograder.grading.likeness import near_identical, read_matrices

    adapters = {student: read_matrices(data) for student, data in weights.items()}
    return likeness_lines(near_identical(adapters), language)


def _with_earlier(folder: Path, reports: Sequence[Report]) -> list[Report]:
    """`reports` and those that earlier runs left in `folder`, in order of student id."""
    found = {report.submission.id: report for report in reports}
    for path in sorted(folder.glob("*.json")):
        if path.stem not in found:
            try:
                found[path.stem] = decode(path.read_bytes(), path)
            except CourseError as error:
                print(f"autograder: {error}", file=sys.stderr)
    return [found[name] for name in sorted(found)]


def _prepare(output: Path) -> None:
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CourseError(
            f"{output}: cannot be a folder of reports ({error.strerror}). "
            "Do: choose another --output"
        ) from error


def _exit_code(reports: Sequence[Report], lacking: int, fail_under: float | None) -> int:
    for report in reports:
        if report.status != "graded":
            print(f"autograder: {report.submission.id}: {report.status}: "
                  f"{report.reason.splitlines()[0]}",
                  file=sys.stderr)  # fmt: skip
    if lacking or any(report.status == "ungradable" for report in reports):
        return 3
    if fail_under is None:
        return 0
    return int(any((r.final_score or 0) < fail_under / 100 * r.max_score for r in reports))
