"""The student's code with its gaps marked: what is said of each is no more than the tests tell."""

from __future__ import annotations

import pytest

from autograder.course.assignment import load_assignment
from autograder.reports.site.code import MOST_LINES, show_code
from tests.autograder.reports.site.made import CODE, a_report, gaps

REFERENCE_TOTAL = "total = x.sum(dim=-1)"
ALL = ("passed", "passed", "passed")
SCALE_WRONG = ("passed", "failed", "failed")


@pytest.fixture
def assignment(tiny_course):
    return load_assignment(tiny_course.root, "tiny")


def _verdicts(assignment, code, statuses=ALL, message=""):
    """Of gap 1, sum/total, and gap 2, scale/product."""
    report = a_report(assignment, "s01", statuses, message)
    shown = show_code("tiny.py", code.encode(), gaps(assignment)["tiny.py"], report)
    return {mark.number: mark.verdict for mark in shown.marks}


def _body(*lines):
    return "def scaled_sum(x, factor):\n" + "".join(f"    {line}\n" for line in lines)


OTHER = _body("total = x.sum(-1)", "total = total * factor", "return total")


def test_gaps_of_an_exercise_that_passed_are_right_whatever_their_code(assignment):
    assert _verdicts(assignment, OTHER) == {1: "right", 2: "right"}


def test_the_only_gap_of_an_exercise_that_failed_is_to_blame(assignment):
    assert _verdicts(assignment, OTHER, SCALE_WRONG) == {1: "right", 2: "wrong"}


def test_what_is_written_as_the_reference_is_right_even_where_tests_fail(assignment):
    code = _body(REFERENCE_TOTAL, "total = (factor *\n        total)", "return total")
    assert _verdicts(assignment, code, ("failed",) * 3) == {1: "right", 2: "right"}


def test_a_gap_that_is_open_is_said_to_be(assignment):
    code = _body("total = [MASK]", "total = factor * total", "return total")
    assert _verdicts(assignment, code, ("error",) * 3) == {1: "open", 2: "right"}


def test_of_several_suspects_none_is_called_wrong_unless_an_error_came_from_it(tiny_course, edit):
    edit(tiny_course.root / "solutions/tiny/tiny.py", "[MASK sum/total]", "[MASK scale/total]")
    assignment = load_assignment(tiny_course.root, "tiny")
    assert _verdicts(assignment, OTHER, SCALE_WRONG) == {1: "doubtful", 2: "doubtful"}
    for message in ("TypeError: no (tiny.py, line 3, in scaled_sum)",
                    "出错：TypeError: no（tiny.py 第 3 行，scaled_sum）"):  # fmt: skip
        found = _verdicts(assignment, OTHER, SCALE_WRONG, message)
        assert found == {1: "doubtful", 2: "wrong"}
    elsewhere = _verdicts(assignment, OTHER, SCALE_WRONG, "no (other.py, line 3, in f)")
    assert elsewhere == {1: "doubtful", 2: "doubtful"}


def test_what_does_not_parse_is_shown_without_marks(assignment):
    report = a_report(assignment, "s01")
    shown = show_code("tiny.py", b"def f(:\n\xff\n", gaps(assignment)["tiny.py"], report)
    assert shown.marks == ()
    assert [[piece.text for piece in line] for line in shown.lines] == [["def f(:"], ["\ufffd"]]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_the_lines_are_those_of_the_file_and_an_answer_keeps_its_indent_outside(
    assignment, newline
):
    code = _body("total = (x", "         .sum(-1))", "", "total = total * factor", "return total")
    report = a_report(assignment, "s01", SCALE_WRONG)
    data = code.replace("\n", newline).encode()
    shown = show_code("tiny.py", data, gaps(assignment)["tiny.py"], report)
    texts = ["".join(piece.text for piece in line) for line in shown.lines]
    assert texts == code.splitlines()
    marked = [[piece.text for piece in line if piece.mark] for line in shown.lines]
    assert marked == [[], ["x"], [".sum(-1)"], [], ["total = total * factor"], []]
    firsts = [piece.text for line in shown.lines for piece in line if piece.is_first]
    assert firsts == ["x", "total = total * factor"]


def test_a_file_without_end_is_cut_and_the_rest_counted(assignment):
    code = CODE + "\n" * (MOST_LINES + 5)
    report = a_report(assignment, "s01")
    shown = show_code("tiny.py", code.encode(), gaps(assignment)["tiny.py"], report)
    assert len(shown.lines) == MOST_LINES
    assert shown.left_out == len(code.splitlines()) - MOST_LINES
