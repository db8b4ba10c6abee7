"""Where a student's file answers each gap, and which answers are the same code."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course.answers import find_answers
from autograder.course.assignment import find_course
from autograder.course.masked import mask_reference, released_gaps
from autograder.course.masking import mask

COURSE = find_course(Path(__file__))

REFERENCE = """def f(x):
    # [MASK one/first] x + 1
    # hint: one more
    y = x + 1
    # [MASK two/second] begin
    # hint: twice
    y = 2 * y
    y = y - 1
    # [MASK end]
    return y
"""
GAPS = released_gaps(mask(REFERENCE, "f.py"))


def _found(source: str) -> dict[int, str]:
    return {one.gap.number: source[one.start : one.stop] for one in find_answers(source, GAPS)}


def test_an_answer_is_the_students_own_text_be_it_an_expression_or_statements():
    source = "def f(x):\n    y = 1 + x\n    z = y\n    y = z + z\n    y -= 1\n    return y\n"
    assert _found(source) == {1: "1 + x", 2: "z = y\n    y = z + z\n    y -= 1"}


def test_a_gap_that_is_open_is_said_to_be():
    answers = find_answers("def f(x):\n    y = x + 1\n    [MASK]\n    return y\n", GAPS)
    assert [(one.gap.number, one.is_open) for one in answers] == [(1, False), (2, True)]


@pytest.mark.parametrize(
    ("start", "newline"), [("", "\n"), ("\ufeff", "\r\n"), ("# 圆周率 π\n", "\n"), ("", "\r")]
)
def test_the_place_is_right_whatever_the_line_ends_and_the_letters_before_it(start, newline):
    lines = ["def f(x):", "    '整数'; y = x + 1", "    y = 2 * y", "    y = y - 1", "    return y"]
    found = _found(start + newline.join(lines) + newline)
    assert found[2] == f"y = 2 * y{newline}    y = y - 1"


def test_the_same_code_in_another_layout_has_the_same_form():
    def forms(source: str) -> list[str]:
        return [one.form for one in find_answers(source, GAPS)]

    other = (
        "def f(x):\n    y = (x  +\n         1)\n    y = 2*y  # twice\n    y = y-1\n    return y\n"
    )
    assert forms(other) == forms(REFERENCE)
    assert forms(other.replace("1)", "2)"))[0] != forms(REFERENCE)[0]
    assert all(forms(REFERENCE))


def test_what_does_not_parse_or_is_too_long_to_tell_is_not_taken_for_anything():
    assert _found("def f(x:\n") == {}
    assert _found("x = " + "(" * 500) == {}
    long = "def f(x):\n    y = " + " + ".join(["x"] * 900) + "\n    [MASK]\n    return y\n"
    assert [one.form == "" for one in find_answers(long, GAPS)] == [True, False]


@pytest.mark.parametrize("name", COURSE.names)
def test_the_references_own_answers_are_found_to_the_letter(name):
    assignment = COURSE.assignment(name)
    for file, masked in mask_reference(assignment).items():
        source = (assignment.solution_folder / file).read_bytes().decode()
        found = [
            source[one.start : one.stop] for one in find_answers(source, released_gaps(masked))
        ]
        assert [one.strip("()") for one in found] == [gap.answer.strip("()") for gap in masked.gaps]
