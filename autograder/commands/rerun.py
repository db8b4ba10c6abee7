"""`autograder rerun`: repeat one test of one student and show all that it saw, for an appeal."""

from __future__ import annotations

import difflib
import sys
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
from autograder.diagnosis.diagnosed import diagnosed, exercises_asked
from autograder.errors import CourseError
from autograder.grading.grade import Answer, Grader
from autograder.grading.options import Isolation, Options
from autograder.intake.discover import Student, find_students, read_submission
from autograder.intake.submission import Submission
from autograder.models.weights import load_model
from autograder.reports.bars import bar_lines
from autograder.reports.diagnoses import diagnosis_lines
from autograder.reports.schema import Report, TestReport
from autograder.reports.words import word
from autograder.sandbox import protocol
from autograder.scale.cache import Cache
from autograder.scale.diagnosing import known_mistakes
from autograder.scale.job import Job

VALUES_SHOWN = 60  # of a tensor; beyond, its corners only
CJK = 0x2E80  # from here on code points are Chinese, Japanese and Korean
TEXT_SHOWN = 1000  # characters of what is no tensor; beyond, its beginning only


@dataclass(frozen=True)
class _Call:
    """One call that the test made: what went in and what came back."""

    probe: str
    inputs: Mapping[str, Any]
    output: Answer


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
    with Grader(chosen, known_gaps(chosen), options) as grader:
        submission = read_submission(_find(course, student), chosen)
        report, calls = _run(grader, submission, test)
        reference = read_submission(Student("reference", course.root / "solutions"), chosen)
        right = grader.answers(reference, ((call.probe, call.inputs) for call in calls))
        told = _diagnosis(course, Job(chosen, options), grader, submission, test)
    console = Console(highlight=False)
    for number, (call, expected) in enumerate(zip(calls, right, strict=True), start=1):
        for line in _describe(number, call, expected):
            console.print(line)
    for line in (*_verdict(report, test, lang), *map(escape, told)):
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


def _run(grader: Grader, submission: Submission, test: str) -> tuple[Report, list[_Call]]:
    """The report of one test, and the calls that it made: each once, however often it was made."""
    calls: dict[bytes, _Call] = {}

    def watch(probe: str, inputs: Mapping[str, Any], output: Answer) -> None:
        key = protocol.encode({"probe": probe, "inputs": dict(inputs)})
        calls.setdefault(key, _Call(probe, inputs, output))

    report = grader.grade(submission, only=frozenset([test]), watch=watch)
    if report.status != "graded":
        raise CourseError(f"{submission.student}: {report.status}: {report.reason}")
    return report, list(calls.values())


def _diagnosis(
    course: Course, job: Job, grader: Grader, submission: Submission, test: str
) -> list[str]:
    """The known mistake that the test shows, in full, if its whole exercise bears it out."""
    exercise = next(one for one in job.assignment.exercises if test in {t.id for t in one.tests})
    report = grader.grade(submission, only=frozenset(one.id for one in exercise.tests))
    asked = exercises_asked(job.assignment, report)
    cache = Cache(course.root)
    known = known_mistakes(job, lambda _, trials: map(grader.grade, trials), cache, asked)
    report = diagnosed(job.assignment, report, known, job.options.language)
    row = _row(report, test)
    alike = (one for one in report.tests if _names(one) and _names(one) == _names(row))
    return diagnosis_lines(next(alike, row), job.options.language)


def _names(row: TestReport) -> list[str]:
    return [one.name for one in row.diagnosis.mistakes] if row.diagnosis else []


def _row(report: Report, test: str) -> TestReport:
    return next(one for one in report.tests if one.id == test)


def _describe(number: int, call: _Call, expected: Answer) -> Iterator[str]:
    """A call's inputs, what the student's code gave for them, and what the reference gives."""
    yield f"\n[bold]call {number}: {call.probe}[/]"
    for name, value in call.inputs.items():
        yield from _value(f"input {name}", value)
    for whose, output in (("student", call.output), ("reference", expected)):
        if isinstance(output, Mapping):
            for name, value in output.items():
                yield from _value(f"{whose}'s {name}", value)
        else:
            yield f"[bold]{whose}[/]: {escape(str(output))}"


def _value(name: str, value: object) -> Iterator[str]:
    if isinstance(value, torch.Tensor):
        dtype = str(value.dtype).removeprefix("torch.")
        yield f"[cyan]{escape(name)}[/] {dtype} {tuple(value.shape)}"
        yield escape(_numbers(value) + _as_text(value))
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _value(f"{name}.{key}", inner)
    else:
        text = value.decode("utf-8", "replace") if isinstance(value, bytes) else repr(value)
        if len(text) > TEXT_SHOWN:
            text = f"{text[:TEXT_SHOWN]}… ({len(text):,} characters)"
        yield f"[cyan]{escape(name)}[/] = {escape(text)}"


def _numbers(tensor: Tensor) -> str:
    """The values as numpy prints them: all of a small tensor, the corners of a large one."""
    with numpy.printoptions(precision=6, threshold=VALUES_SHOWN, edgeitems=2, suppress=True):
        return str(tensor.float().numpy() if tensor.dtype == torch.bfloat16 else tensor.numpy())


def _as_text(tensor: Tensor) -> str:
    """What integers say if they are code points; nothing where they can't be Chinese."""
    if tensor.dtype != torch.int64 or tensor.dim() != 1 or not tensor.numel():
        return ""
    if int(tensor.min()) < 0 or not CJK <= int(tensor.max()) < sys.maxunicode:
        return ""
    text = "".join(map(chr, tensor.tolist()[:VALUES_SHOWN]))
    return f"  (as text: {text})" if text.isprintable() else ""


def _verdict(report: Report, test: str, language: Language) -> Iterator[str]:
    row = _row(report, test)
    yield f"\n[bold]{row.status}[/] {row.score:g} / {row.max_score:g} · {escape(row.title)}"
    if row.message:
        yield escape(row.message)
    for picture in row.pictures:
        yield from bar_lines(picture, language)
    yield from map(escape, row.notes)
    for one in report.adjustments:
        yield f"{word(one.kind, language)} {one.points:+g}: {escape(one.reason)}"
    yield f"seed {report.seed} · isolation {report.isolation} · {report.model}"
