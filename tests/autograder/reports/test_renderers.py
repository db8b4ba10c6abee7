"""CSV and table: what students write is never taken for a formula or markup."""

from __future__ import annotations

import csv
import io

import msgspec
import pytest
from rich.console import Console

from autograder.course.assignment import load_assignment
from autograder.grading.blank import blank_report
from autograder.grading.options import Options
from autograder.intake.submission import Submission
from autograder.reports import schema
from autograder.reports.grades_csv import grades_csv
from autograder.reports.terminal import class_summary

NASTY = '=HYPERLINK("x")<script>alert(1)</script>[bold]'


@pytest.fixture
def assignment(tiny_course):
    return load_assignment(tiny_course.root, "tiny")


@pytest.fixture
def reports(assignment):
    failed = schema.TestReport(
        id="test_tiny.py::test_adds_along_the_last_axis", exercise="sum", title="adds up",
        status="error", score=0.0, max_score=4.0, visibility="public", message=f"X: {NASTY}",
        hint="which axis?", duration_s=0.1,
    )  # fmt: skip
    nasty = blank_report(assignment, Submission(NASTY, "tiny"), Options(), "graded")
    return [
        msgspec.structs.replace(nasty, tests=(failed,), score=2.5, final_score=2.5),
        blank_report(assignment, Submission("s02", "tiny"), Options(), "ungradable", "our fault"),
    ]


def test_the_csv_has_a_row_each_and_no_formula(assignment, reports):
    rows = list(csv.DictReader(io.StringIO(grades_csv(assignment, reports).decode("utf-8-sig"))))
    assert rows[0]["student"] == f"'{NASTY}"
    assert (rows[0]["final_score"], rows[0]["max_score"]) == ("2.5", "10")
    assert (rows[1]["status"], rows[1]["score"], rows[1]["sum"]) == ("ungradable", "", "")


@pytest.mark.parametrize(
    "start", ["=1", "+1", "-1", "@A", "＝1", "＋1", "－1", "＠A", " =1", '"=1']
)
def test_no_name_is_a_formula_to_any_spreadsheet(assignment, reports, start):
    info = msgspec.structs.replace(reports[0].submission, id=start)
    renamed = msgspec.structs.replace(reports[0], submission=info)
    table = grades_csv(assignment, [renamed]).decode("utf-8-sig")
    assert next(csv.DictReader(io.StringIO(table)))["student"] == f"'{start}"


def test_a_reason_in_the_csv_is_one_line(assignment, reports):
    failed = msgspec.structs.replace(reports[1], reason="the grader died\nTraceback: a hidden line")
    table = grades_csv(assignment, [failed]).decode("utf-8-sig")
    assert next(csv.DictReader(io.StringIO(table)))["reason"] == "the grader died"


@pytest.mark.parametrize("width", [80, 300])
def test_the_summary_shows_markup_as_text_and_one_line_a_student(assignment, reports, width):
    console = Console(width=width, file=io.StringIO(), force_terminal=False)
    console.print(class_summary(assignment, reports, "en", width))
    text = console.file.getvalue()
    assert NASTY in text
    assert "sum: X: " in text
    assert "2 students · mean 2.5 · median 2.5" in text
    assert "ungradable" in text
    assert len(text.splitlines()) < 15
    assert all(len(line) <= width for line in text.splitlines())
