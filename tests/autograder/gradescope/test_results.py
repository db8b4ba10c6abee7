"""results.json of reports of all kinds: as the specification has it, and nothing is markup."""

from __future__ import annotations

import json

import msgspec
import pytest

from autograder.course.assignment import Leaderboard, load_assignment
from autograder.gradescope.results import encode_results, results_of
from autograder.grading.blank import blank_report
from autograder.grading.options import Options
from autograder.intake.submission import Submission
from autograder.reports import schema
from autograder.reports.schema import Adjustment, Bar, Picture
from tests.autograder.gradescope.conftest import check_results

PUBLIC = "test_tiny.py::test_adds_along_the_last_axis"
NASTY = "<script>alert(1)</script> **bold** \x1b[31m"


@pytest.fixture
def assignment(tiny_course):
    return load_assignment(tiny_course.root, "tiny")


def _test(**changes):
    usual = {
        "id": PUBLIC, "exercise": "sum", "title": "adds up", "status": "partial", "score": 1.5,
        "max_score": 4.0, "visibility": "public", "message": NASTY, "hint": "which axis?",
        "duration_s": 0.1, "notes": ("a note",),
    }  # fmt: skip
    return schema.TestReport(**{**usual, **changes})


def _results(assignment, status="graded", notes=(), **changes):
    report = blank_report(assignment, Submission("s", "tiny"), Options(), status, "why")
    report = msgspec.structs.replace(report, **changes)
    results = json.loads(encode_results(results_of(report, assignment, notes, "en")))
    check_results(results)
    return results


def test_a_students_words_are_text_and_no_markup(assignment):
    results = _results(assignment, tests=(_test(),), score=1.5, final_score=1.5)
    (row,) = results["tests"]
    assert (row["output_format"], row["name_format"]) == ("text", "text")
    assert row["output"] == f"{NASTY}\nwhich axis?\na note"
    assert results["output_format"] == "text"
    assert (row["score"], row["status"]) == (1.5, "failed")


def test_adjustments_are_rows_that_wait_with_the_hidden_tests_if_there_are_any(assignment):
    adjustments = (
        Adjustment(kind="bonus", points=1.0, reason="faster"),
        Adjustment(kind="override", points=-2.0, reason="copied"),
    )
    results = _results(assignment, tests=(_test(),), adjustments=adjustments, score=4.0,
                       final_score=3.0)  # fmt: skip
    assert results["score"] == 3
    assert [(row["name"], row["score"], row["max_score"]) for row in results["tests"][1:]] == [
        ("bonus +1", 1, 0), ("override -2", -2, 0),
    ]  # fmt: skip
    assert {row["visibility"] for row in results["tests"]} == {"visible"}
    tests = (_test(), _test(visibility="hidden"))
    results = _results(assignment, tests=tests, adjustments=adjustments, score=4.0,
                       final_score=3.0)  # fmt: skip
    assert [row["visibility"] for row in results["tests"]] == ["visible"] + 3 * ["after_due_date"]


def test_an_ungradable_submission_has_no_score_anywhere(assignment):
    results = _results(assignment, "ungradable", notes=["a note"])
    assert "score" not in results
    assert "why" in results["output"]
    assert "Not graded: this is no mark" in results["output"]
    assert all("score" not in row for row in results["tests"])


def test_the_leaderboard_has_the_students_own_number(assignment):
    bars = (Bar(label="base", value=3.0, right=False, yours=False),
            Bar(label="yours", value=1.25, right=False, yours=True))  # fmt: skip
    test = _test(pictures=(Picture(title="loss", bars=bars),))
    board = Leaderboard(test=PUBLIC, name="held-out loss", order="asc")
    assignment = msgspec.structs.replace(assignment, leaderboard=board)
    results = _results(assignment, tests=(test,), score=1.5, final_score=1.5)
    assert results["leaderboard"] == [{"name": "held-out loss", "value": 1.25, "order": "asc"}]
    without = _results(assignment, tests=(_test(),), score=1.5, final_score=1.5)
    assert "leaderboard" not in without


def test_the_leaderboard_of_the_course_names_a_public_test_with_a_bar():
    from pathlib import Path

    root = Path(__file__).parents[3]
    board = load_assignment(root, "sft").leaderboard
    assert board is not None
    assert (board.name, board.order) == ("held-out loss", "asc")


def test_the_total_is_gradescopes_to_tell_since_hidden_tests_are_in_it(assignment):
    results = _results(assignment, score=7.25, final_score=7.25)
    assert results["score"] == 7.25
    assert "7.25" not in results["output"]
