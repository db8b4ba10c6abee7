"""Made-up reports and pages of the tiny course, with everything that a page may have to show."""

from __future__ import annotations

from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path

import msgspec

from autograder.course.assignment import Assignment, Language
from autograder.course.masked import known_gaps
from autograder.grading.blank import blank_report
from autograder.grading.options import Options
from autograder.intake.submission import Submission
from autograder.reports.schema import (
    Adjustment,
    Bar,
    Picture,
    Report,
    TensorDifference,
    TestReport,
    TestStatus,
)
from autograder.reports.site.class_page import Section, class_page
from autograder.reports.site.code import Gaps, gaps_of
from autograder.reports.site.pages import href
from autograder.reports.site.rows import read_rows
from autograder.reports.site.student_page import student_page

NASTY = (
    "</title></style></script><script>window.hacked = 1</script><img src=x "
    "onerror='window.hacked = 2'>\" onfocus=window.hacked=3 ' {{ 7*7 }} &amp; \u202eevil\u2066"
)
DIFFERENCE = TensorDifference(
    name="total", shape=(2, 3, 4), at=(0, 1, 2), yours="1.5", expected="0.25", largest="1.25",
    tolerance="1e-06", share=0.5, map=("00oz", "0o00", "k000"),
)  # fmt: skip
PICTURE = Picture(
    title="cosine",
    bars=(Bar(label="right one", value=0.5, right=True, yours=False),
          Bar(label="mine", value=-0.25, right=False, yours=True)),
)  # fmt: skip
CODE = "import torch\n\n\ndef scaled_sum(x, factor):\n    total = x.sum(dim=-1)\n    \
total = total * factor\n    return total\n"


class Parsed(HTMLParser):
    """What a browser makes of a page: its elements with their attributes, and its text."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += f"{data} "


def a_report(
    assignment: Assignment,
    student: str,
    statuses: Sequence[TestStatus] = ("passed", "passed", "passed"),
    message: str = "",
    language: Language = "en",
    **fields: object,
) -> Report:
    """A report in which the tests ended so, in the assignment's order."""
    blank = blank_report(assignment, Submission(student, assignment.name), Options(), "graded")
    tests = tuple(
        TestReport(
            id=test.id,
            exercise=exercise.id,
            title=test.title.in_language(language),
            status=status,
            score=test.points if status == "passed" else 0.0,
            max_score=test.points,
            visibility=test.visibility,
            message=message if status != "passed" and test.visibility == "public" else "",
            hint="" if status == "passed" else test.hint.in_language(language),
            duration_s=0.25,
            notes=("a note",) if test.visibility == "public" else (),
            pictures=(PICTURE,) if test.visibility == "public" else (),
            differences=(DIFFERENCE,) if status == "failed" and test.visibility == "public" else (),
        )
        for (exercise, test), status in zip(
            [(one, test) for one in assignment.exercises for test in one.tests],
            statuses,
            strict=True,
        )
    )
    exercises = tuple(
        msgspec.structs.replace(
            one, score=sum(test.score for test in tests if test.exercise == one.id)
        )
        for one in blank.exercises
    )
    total = sum(test.score for test in tests)
    plain = {"tests": tests, "exercises": exercises, "score": total, "final_score": total,
             "duration_s": 1.5}  # fmt: skip
    return msgspec.structs.replace(blank, **{**plain, **fields})  # type: ignore[arg-type]


def a_class(assignment: Assignment) -> list[Report]:
    """Four with marks, a rejected one and one without; in order of student."""
    bonus = Adjustment(kind="bonus", points=1, reason="an equation of one's own")
    return [
        a_report(assignment, "s01-right"),
        a_report(assignment, "s02-half", ("passed", "failed", "failed"), "total: is wrong"),
        a_report(assignment, "s03-late", ("partial", "timeout", "crashed"), NASTY),
        a_report(assignment, "s10-odd &<#?>%", ("passed", "error", "passed"), NASTY,
                 final_score=8.0, adjustments=(bonus,)),
        blank_report(assignment, Submission("s11-nothing", "tiny"), Options(), "rejected",
                     "tiny.py: not handed in. Do: hand it in"),
        blank_report(assignment, Submission("s12-fault", "tiny"), Options(), "ungradable",
                     "the disk is full"),
    ]  # fmt: skip


def gaps(assignment: Assignment) -> dict[str, Gaps]:
    known = known_gaps(assignment)
    return {name: gaps_of((assignment.solution_folder / name).read_text(encoding="utf-8"), some)
            for name, some in known.items()}  # fmt: skip


def write_site(
    assignment: Assignment, reports: Sequence[Report], folder: Path, language: Language = "en"
) -> Path:
    """The folder of a class as `grade` writes it, without the JSON. Gives the class's page."""
    for report in reports:
        files = None if report.status == "rejected" else {"tiny.py": CODE.encode()}
        page = student_page(assignment, report, language, files=files, gaps=gaps(assignment))
        path = folder / assignment.name / f"{report.submission.id}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(page)
        assert href(assignment.name, report.submission.id)
    rows = read_rows(assignment, reports, language)
    index = folder / "index.html"
    index.write_bytes(class_page([Section(assignment, rows, (NASTY,))], language))
    return index
