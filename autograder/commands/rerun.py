"""`autograder rerun`: repeat one test of one student and show all that it saw, for an appeal."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy
import torch
from rich.console import Console
from rich.markup import escape
from torch import Tensor

from autograder.course.assignment import Assignment, Course, Language, find_course
from autograder.course.masked import known_gaps
from autograder.errors import CourseError
from autograder.grading.grade import Grader
from autograder.grading.options import Isolation, Options
from autograder.intake.discover import Student, find_students, read_submission
from autograder.models.weights import load_model
from autograder.reports.bars import bar_lines
from autograder.reports.schema import Report, TestReport

VALUES_SHOWN = 60  # of a tensor; beyond, its corners only
TEXT_SHOWN = 1000  # characters of what is no tensor; beyond, its beginning only


@dataclass(frozen=True)
class _Call:
    """One call that the test made: what went in and what came back."""

    probe: str
    inputs: Mapping[str, Any]
    output: object  # a mapping of tensors, or the failure


def rerun(
    student: str,
    *,
    test: str,
    assignment: str | None,
    isolation: Isolation,
    model: Path | None,
    lang: Language,
) -> int:
    """Runs `test` again with the same seed, on the student's code and on the reference."""
    course = find_course(Path.cwd())
    chosen = _assignment_of(course, assignment, test)
    if model is None and any(one.id == test and one.needs_model for one in chosen.tests):
        raise CourseError(f"{test}: needs real-size weights. Do: name them with --model")
    options = Options(isolation, lang, load_model(model) if model else None, reveal=True)
    found = _find(course, student)
    report, calls = _run(chosen, found, test, options)
    reference = Student("reference", course.root / "solutions")
    _, expected = _run(chosen, reference, test, options)
    console = Console(highlight=False)
    # The test ended with the student's last call: the reference's later ones show nothing.
    for number, (call, right) in enumerate(zip(calls, expected, strict=False), start=1):
        for line in _describe(number, call, right):
            console.print(line)
    for line in _verdict(report, test, lang):
        console.print(line)
    return 0


def _find(course: Course, student: str) -> Student:
    """A path, or the id of somebody in submissions/."""
    path, submissions = Path(student), course.root / "submissions"
    if not path.exists() and submissions.is_dir():
        for one in find_students([submissions], course.names):
            if one.id == student:
                return one
    students = find_students([path], course.names)
    if len(students) != 1:
        raise CourseError(f"{path}: a class, not one student. Do: name one student's folder")
    return students[0]


def _assignment_of(course: Course, name: str | None, test: str) -> Assignment:
    candidates = [course.assignment(one) for one in ([name] if name else course.names)]
    for assignment in candidates:
        if any(one.id == test for one in assignment.tests):
            return assignment
    known = [one.id for assignment in candidates for one in assignment.tests]
    close = difflib.get_close_matches(test, known, 1) or known[:1]
    raise CourseError(f"{test}: no such test. Do: take the id from the report, such as {close[0]}")


def _run(
    assignment: Assignment, student: Student, test: str, options: Options
) -> tuple[Report, list[_Call]]:
    calls: list[_Call] = []
    with Grader(assignment, known_gaps(assignment), options) as grader:
        report = grader.grade(
            read_submission(student, assignment),
            only=frozenset([test]),
            watch=lambda probe, inputs, output: calls.append(_Call(probe, inputs, output)),
        )
    if report.status != "graded":
        raise CourseError(f"{student.path}: {report.status}: {report.reason}")
    return report, calls


def _describe(number: int, call: _Call, right: _Call) -> Iterator[str]:
    yield f"\n[bold]call {number}: {call.probe}[/]"
    for name, value in call.inputs.items():
        yield from _value(f"input {name}", value)
    for whose, one in (("student", call), ("reference", right)):
        if isinstance(one.output, Mapping):
            for name, value in one.output.items():
                yield from _value(f"{whose}'s {name}", value)
        else:
            yield f"[bold]{whose}[/]: {escape(str(one.output))}"


def _value(name: str, value: object) -> Iterator[str]:
    if isinstance(value, torch.Tensor):
        dtype = str(value.dtype).removeprefix("torch.")
        yield f"[cyan]{escape(name)}[/] {dtype} {tuple(value.shape)}"
        yield escape(_numbers(value))
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _value(f"{name}.{key}", inner)
    else:
        text = repr(value)
        if len(text) > TEXT_SHOWN:
            text = f"{text[:TEXT_SHOWN]}… ({len(text):,} characters)"
        yield f"[cyan]{escape(name)}[/] = {escape(text)}"


def _numbers(tensor: Tensor) -> str:
    """The values as numpy prints them: all of a small tensor, the corners of a large one."""
    with numpy.printoptions(precision=6, threshold=VALUES_SHOWN, edgeitems=2, suppress=True):
        return str(tensor.float().numpy() if tensor.dtype == torch.bfloat16 else tensor.numpy())


def _verdict(report: Report, test: str, language: Language) -> Iterator[str]:
    row: TestReport = next(one for one in report.tests if one.id == test)
    yield f"\n[bold]{row.status}[/] {row.score:g} / {row.max_score:g} · {escape(row.title)}"
    if row.message:
        yield escape(row.message)
    for picture in row.pictures:
        yield from bar_lines(picture, language)
    yield from map(escape, row.notes)
    yield f"seed {report.seed} · isolation {report.isolation} · {report.model}"
