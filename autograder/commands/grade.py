"""`autograder grade`: a class in, reports and a table out."""

from __future__ import annotations

import contextlib
import functools
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console

from autograder.course.assignment import Assignment, Course, Language, find_course
from autograder.course.overrides import refuse_unknown
from autograder.errors import CourseError
from autograder.grading.options import Isolation, Options
from autograder.intake.discover import Student, find_students, handed_in, skipped, superseded
from autograder.intake.names import ARCHIVES
from autograder.models.weights import load_model
from autograder.reports.lock import alone_in
from autograder.reports.terminal import class_summary
from autograder.reports.words import kept_line
from autograder.reports.written import Written
from autograder.scale.cache import Cache
from autograder.scale.classes import (
    ClassResult,
    Run,
    grade_class,
    with_data,
    write_page,
    write_table,
)
from autograder.scale.job import Executor
from autograder.scale.local import grade_all
from autograder.scale.progress import Style, usual_style
from autograder.scale.terms import read_terms, terms_lines, unknown, with_kept_lists


def grade(
    paths: Sequence[Path],
    *,
    archives_are_classes: bool,
    assignment: str | None,
    output: Path,
    jobs: int | None,
    dask: str | None,
    isolation: Isolation,
    model: Path | None,
    fail_under: float | None,
    no_cache: bool,
    times: Path | None = None,
    progress: Style | None,
    lang: Language,
) -> int:
    """Grades every student at `paths`, writes the reports and prints a table an assignment."""
    course = find_course(Path.cwd())
    names = [assignment] if assignment else course.names
    students = find_students(paths, names, archives_are_classes=archives_are_classes)
    terms = read_terms(course, times)
    with alone_in(output):
        passed_over = skipped(paths, names, archives_are_classes=archives_are_classes)
        _tell_oddities(passed_over, students)
        options = Options(isolation, lang, load_model(model) if model else None)
        chosen = with_data(_assignments(course, assignment, students))
        is_class = any(one.inside or one.path not in paths for one in students)
        written = Written(output)
        terms = with_kept_lists(terms, times, chosen, written)
        if is_class:  # where all are known, an override of nobody is a mistake
            refuse_unknown(course, unknown(terms, chosen, students, output))
        for line in terms_lines(terms, chosen, students, output):
            print(f"autograder: {line}", file=sys.stderr)
        cache = None if no_cache else Cache(course.root)
        with _executor(jobs, dask) as execute:
            run = Run(options, execute, cache, written, progress or usual_style(), terms)
            results = [_grade(run, one, students) for one in chosen]
        write_page(run, results)
        if not written.lacking and progress != "json":
            print(f"{output / 'index.html'}")
        return _exit_code(results, written.lacking, fail_under)


@contextlib.contextmanager
def _executor(jobs: int | None, dask: str | None) -> Iterator[Executor]:
    """Of this machine with so many processes, one a core by default, or of a cluster."""
    if dask is None:
        yield functools.partial(grade_all, jobs=jobs or len(os.sched_getaffinity(0)))
        return
    from autograder.scale.cluster import connect

    with connect(dask) as execute:
        yield execute


def _grade(run: Run, assignment: Assignment, students: Sequence[Student]) -> ClassResult:
    """Grades one assignment, writes its table and shows it."""
    result = grade_class(run, assignment, students)
    write_table(run, result)
    if run.progress != "json":
        _show(result, run.options.language)
    return result


def _show(result: ClassResult, language: Language) -> None:
    console = Console()
    console.print(class_summary(result.assignment, result.reports, language, console.width))
    if result.kept:
        console.print(kept_line(result.kept, len(result.reports), language), style="dim")
    for note in result.likenesses:
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


def _exit_code(results: Sequence[ClassResult], lacking: int, fail_under: float | None) -> int:
    without_marks = [report for result in results for report in result.without_marks]
    for report in without_marks:
        print(f"autograder: {report.submission.id}: {report.status}: "
              f"{report.reason.splitlines()[0]}",
              file=sys.stderr)  # fmt: skip
    if lacking or any(report.status == "ungradable" for report in without_marks):
        return 3
    if fail_under is None:
        return 0
    return int(any((report.final_score or 0) < fail_under / 100 * report.max_score
                   for result in results for report in result.reports))  # fmt: skip
