"""One student's page: all about their own work and nothing about anybody else's.

It can be handed out as it is. Its first lines carry a stamp of all that it was made from, so that
a page that is up to date is not made again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import msgspec

from autograder.course.assignment import Assignment, Language
from autograder.reports.bars import marks
from autograder.reports.diagnoses import diagnosis_lines
from autograder.reports.maps import SHADES, shades, size
from autograder.reports.schema import ExerciseReport, Report, TestReport, encode
from autograder.reports.site.code import VERDICTS, Code, Gaps, show_code
from autograder.reports.site.pages import look, render
from autograder.reports.site.plots import drawn

HEAD = 1024  # bytes of a page within which its stamp stands


@dataclass(frozen=True)
class ShownExercise:
    number: int  # from 1
    exercise: ExerciseReport
    tests: tuple[TestReport, ...]


def student_page(
    assignment: Assignment,
    report: Report,
    language: Language,
    *,
    files: Mapping[str, bytes] | None = None,
    gaps: Mapping[str, Gaps] | None = None,
    stamp: str = "",
) -> bytes:
    """The page. `files` is what was handed in, None where it is not at hand."""
    return render(
        "student.html.j2",
        language,
        assignment=assignment,
        report=report,
        stamp=stamp,
        exercises=_exercises(report),
        codes=_codes(assignment, report, files or {}, gaps or {}),
        has_code=files is not None,
        verdicts=VERDICTS,
        most_shade=SHADES,
        diagnosis_lines=partial(diagnosis_lines, language=language),
        drawn=drawn,
        shades=shades,
        size=size,
        marks=partial(marks, language=language),
    )


def stamp_of(report: Report, course: str, language: Language) -> str:
    """Names all that decides a page: the report, which names the code, the course, and our look.

    What was not graded is looked at anew by each run, and shows no time.
    """
    if report.status != "graded":
        report = msgspec.structs.replace(report, started_at="", duration_s=0.0)
    parts = (encode(report), course.encode(), language.encode(), look().encode())
    return hashlib.sha256(b"\0".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


def has_stamp(page: bytes, stamp: str) -> bool:
    """Whether a page, of which the first HEAD bytes will do, was made with that stamp."""
    return f'<meta name="stamp" content="{stamp}">'.encode() in page[:HEAD]


def _exercises(report: Report) -> list[ShownExercise]:
    return [
        ShownExercise(number, one, tuple(test for test in report.tests if test.exercise == one.id))
        for number, one in enumerate(report.exercises, start=1)
    ]


def _codes(
    assignment: Assignment,
    report: Report,
    files: Mapping[str, bytes],
    gaps: Mapping[str, Gaps],
) -> Sequence[Code]:
    return [show_code(name, files[name], gaps.get(name), report)
            for name in assignment.files if name in files]  # fmt: skip
