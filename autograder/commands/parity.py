"""`autograder parity`: the tests that need a model of the real size, on one submission."""

from __future__ import annotations

import tempfile
from pathlib import Path

from transformers.utils import logging

from autograder.course.assignment import Assignment, Language, find_course
from autograder.course.masked import known_gaps
from autograder.errors import CourseError
from autograder.grading.grade import Grader
from autograder.grading.options import Isolation, Options
from autograder.intake.discover import find_students, read_submission
from autograder.models.store import is_present, laid_folder, locate
from autograder.models.weights import Model, load_model, random_gpt2
from autograder.reports.schema import Report

GPT2 = "gpt2-base"  # in the catalogue


def parity(path: Path | None, *, model: Path | None, isolation: Isolation, lang: Language) -> int:
    """Compares PATH (by default the reference) with Hugging Face at 124 M parameters.

    Uses `model`, else the course's model/gpt2-base, else what `autograder fetch gpt2-base`
    brought, else a seeded random model; says which.
    """
    logging.disable_progress_bar()  # Hugging Face's, about its files
    course = find_course(Path.cwd())
    students = find_students([path or course.root / "solutions"], course.names)
    chosen = [one for one in map(course.assignment, course.names) if _tests(one)]
    passed = True
    with tempfile.TemporaryDirectory(prefix="autograder-") as scratch:
        weights = _weights(model, Path(scratch))
        print(f"weights: {weights.name}")
        options = Options(isolation, lang, weights)
        for assignment in chosen:
            with Grader(assignment, known_gaps(assignment), options) as grader:
                for student in students:
                    submission = read_submission(student, assignment)
                    passed &= _show(grader.grade(submission, only=_tests(assignment)))
    return int(not passed)


def _tests(assignment: Assignment) -> frozenset[str]:
    return frozenset(test.id for test in assignment.tests if test.needs_model)


def _weights(given: Path | None, scratch: Path) -> Model:
    if given:
        return load_model(given)
    if laid_folder(GPT2) or is_present(GPT2):  # laid but incomplete: `locate` says so
        return load_model(locate(GPT2))
    return random_gpt2(scratch)


def _show(report: Report) -> bool:
    if report.status != "graded":
        raise CourseError(f"{report.submission.id}: {report.status}: {report.reason}")
    for test in report.tests:
        print(f"{report.submission.id}: {test.title}: {test.status} {test.message}".rstrip()
              + f" ({test.duration_s:.1f} s)")  # fmt: skip
    return all(test.status == "passed" for test in report.tests)
