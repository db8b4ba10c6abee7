"""`autograder rerun`: what an appeal is decided on."""

from __future__ import annotations


def test_it_shows_inputs_both_outputs_and_the_verdict(tiny_course):
    tiny_course.hand_in("s01", "return x.sum(dim=-1)")
    result = tiny_course.run("rerun", "s01", "--test", "test_tiny.py::test_multiplies_by_the_factor")
    assert result.returncode == 0, result.stderr
    for words in ("call 1: scaled_sum", "input x float64 (3, 4)", "input factor = 2.5",
                  "student's total", "reference's total", "failed 0 / 3", "largest difference"):  # fmt: skip
        assert words in result.stdout


def test_it_repeats_what_the_report_said_digit_by_digit(tiny_course):
    tiny_course.hand_in("s01", "return x.sum(dim=-1)")
    test = "test_tiny.py::test_multiplies_by_the_factor"
    runs = [tiny_course.run("rerun", "submissions/s01", "--test", test).stdout for _ in range(2)]
    assert runs[0] == runs[1]


def test_a_hidden_test_is_shown_in_full_to_the_instructor(tiny_course):
    tiny_course.hand_in("s01", "return x.sum(dim=-1)")
    result = tiny_course.run("rerun", "s01", "--test", "hidden/test_tiny.py::test_works_for_one_row")
    assert "yours" in result.stdout
    assert "input factor = -3.0" in result.stdout
