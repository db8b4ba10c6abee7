"""`autograder rerun`: what an appeal is decided on."""

from __future__ import annotations

import zipfile

PUBLIC = "test_tiny.py::test_multiplies_by_the_factor"
HIDDEN = "hidden/test_tiny.py::test_works_for_one_row"
NO_FACTOR = "return x.sum(dim=-1)"


def test_it_shows_inputs_both_outputs_and_the_verdict(tiny_course):
    tiny_course.hand_in("s01", NO_FACTOR)
    result = tiny_course.run("rerun", "s01", "--test", PUBLIC)
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


def test_it_repeats_what_it_showed_digit_by_digit(tiny_course):
    tiny_course.hand_in("s01", NO_FACTOR)
    runs = [tiny_course.run("rerun", "submissions/s01", "--test", PUBLIC) for _ in range(2)]
    assert runs[0].stdout == runs[1].stdout != ""


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
