"""`autograder rerun`: what an appeal is decided on."""

from __future__ import annotations

import re
import zipfile

import pytest

from tests.autograder.conftest import tiny_course_at

PUBLIC = "test_tiny.py::test_multiplies_by_the_factor"
HIDDEN = "hidden/test_tiny.py::test_works_for_one_row"
NO_FACTOR = "return x.sum(dim=-1)"


@pytest.fixture(scope="module")
def appealed(tmp_path_factory):
    """A course with a student's appeal, and what came of it."""
    course = tiny_course_at(tmp_path_factory.mktemp("appealed") / "course")
    course.hand_in("s01", NO_FACTOR)
    return course, course.run("rerun", "s01", "--test", PUBLIC)


def test_it_shows_inputs_both_outputs_and_the_verdict(appealed):
    _, result = appealed
    assert result.returncode == 0, result.stderr
    for words in (
        "call 1: scaled_sum",
        "input x float64 (3, 4)",
        "input factor = 2.5",
        "student's total",
        "reference's total",
        "failed 0 / 3",
        "largest difference",
    ):
        assert words in result.stdout


def test_it_repeats_what_it_showed_digit_by_digit_by_name_and_by_folder(appealed):
    course, first = appealed
    again = course.run("rerun", "submissions/s01", "--test", PUBLIC)
    assert first.stdout == again.stdout != ""


def test_a_hidden_test_is_shown_in_full_to_the_instructor(tiny_course):
    tiny_course.hand_in("s01", NO_FACTOR)
    result = tiny_course.run("rerun", "s01", "--test", HIDDEN)
    assert "yours" in result.stdout
    assert "input factor = -3.0" in result.stdout


def test_a_student_who_handed_in_a_zip_is_found_by_id(tiny_course):
    path = tiny_course.hand_in("s02", NO_FACTOR)
    with zipfile.ZipFile(tiny_course.root / "submissions/s03.zip", "w") as archive:
        archive.write(path, "tiny/tiny.py")
    result = tiny_course.run("rerun", "s03", "--test", PUBLIC)
    assert "failed 0 / 3" in result.stdout, result.stderr


ANY_ROWS = """from hypothesis import given, settings
from hypothesis import strategies as st

import torch

from autograder.grading.compare import assert_close


@settings(max_examples=8, database=None, deadline=None)
@given(rows=st.integers(1, 99))
def test_works_for_one_row(student, rows):
    x = torch.ones(rows, 7, dtype=torch.float64)
    out = student.call("scaled_sum", x=x, factor=1.0)
    assert_close(out["total"], x.sum(-1), name="total", atol=1e-12)
"""


def test_both_outputs_are_for_the_same_inputs_also_where_hypothesis_repeats_calls(tiny_course):
    tiny_course.write("tests/tiny/hidden/test_tiny.py", ANY_ROWS)
    tiny_course.hand_in("s01", "return x.sum(dim=-1) if len(x) < 9 else x[:1].sum(dim=-1)")
    result = tiny_course.run("rerun", "s01", "--test", HIDDEN)
    assert result.returncode == 0, result.stderr
    calls = result.stdout.split("call ")[1:]
    shapes = [re.findall(r"(?:input x|reference's total) float64 \((\d+),", call) for call in calls]
    assert shapes
    assert all(inside == outside for inside, outside in shapes)
    assert len({inside for inside, _ in shapes}) == len(shapes)


def test_a_new_secret_changes_what_hypothesis_draws(tiny_course, edit):
    tiny_course.write("tests/tiny/hidden/test_tiny.py", ANY_ROWS)
    tiny_course.hand_in("s01", "return factor * x.sum(dim=-1)")
    shown = [tiny_course.run("rerun", "s01", "--test", HIDDEN).stdout for _ in range(2)]
    edit(
        tiny_course.root / "assignments/tiny/assignment.toml",
        "5f2c1e8a90b34d67",
        "another secret 1",
    )
    shown.append(tiny_course.run("rerun", "s01", "--test", HIDDEN).stdout)
    inputs = [re.findall(r"input x float64 \((\d+), 7\)", text) for text in shown]
    assert inputs[0] == inputs[1] != inputs[2]
    assert min(map(len, inputs)) > 2


def test_text_in_inputs_and_outputs_can_be_read(tiny_course, edit):
    edit(tiny_course.root / "assignments/tiny/probes.py", "def scaled_sum(student, *, x, factor):",
         "def scaled_sum(student, *, x, factor, word=b''):")  # fmt: skip
    edit(tiny_course.root / "tests/tiny/test_tiny.py", "x=x, factor=2.5",
         "x=torch.tensor([39740, 39746]), factor=2.5, word='阿'.encode()")  # fmt: skip
    edit(
        tiny_course.root / "tests/tiny/test_tiny.py",
        "from autograder",
        "import torch\nfrom autograder",
    )
    tiny_course.hand_in("s01", NO_FACTOR)
    result = tiny_course.run("rerun", "s01", "--test", PUBLIC)
    assert "(as text: 鬼魂)" in result.stdout
    assert "input word = 阿" in result.stdout
