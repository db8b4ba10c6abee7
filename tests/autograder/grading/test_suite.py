"""Running a suite: each ending of a test is told apart, and our own faults are never a zero."""

from __future__ import annotations

import pytest
import torch

from autograder.course.assignment import load_assignment
from autograder.errors import CourseError
from autograder.grading.student import Student
from autograder.grading.suite import chosen_tests, collect_ids, run_suite
from autograder.sandbox.outcome import StudentFailure


class Answers:
    """Stands for a student: each call is answered by a function."""

    def __init__(self, answer):
        self._answer = answer
        self.calls = 0

    def call(self, probe, **arguments):
        self.calls += 1
        return self._answer(**arguments)


def _right(x, factor):
    return {"total": factor * x.sum(-1)}


def _raises(error):
    def answer(**_arguments):
        raise error

    return answer


def _statuses(course, answer):
    assignment = load_assignment(course.root, "tiny")
    outcomes = run_suite(assignment, Student(Answers(answer)), chosen_tests(assignment, None))
    return [outcome.status for outcome in outcomes]


def test_a_right_answer_passes_each_test(tiny_course):
    assert _statuses(tiny_course, _right) == ["passed"] * 3


def test_a_wrong_value_fails_only_the_tests_that_see_it(tiny_course):
    statuses = _statuses(tiny_course, lambda x, factor: {"total": x.sum(-1)})
    assert sorted(statuses) == ["failed", "failed", "passed"]


@pytest.mark.parametrize("kind", ["error", "timeout", "crashed", "limit"])
def test_a_students_failure_is_the_status(tiny_course, kind):
    assert _statuses(tiny_course, _raises(StudentFailure(kind, "no"))) == [kind] * 3


@pytest.mark.parametrize("reply", [{}, {"other": torch.zeros(3)}])
def test_a_missing_output_is_the_students_error(tiny_course, reply):
    assert _statuses(tiny_course, lambda **_: reply) == ["error"] * 3


def test_any_other_exception_is_ours_and_comes_out(tiny_course):
    with pytest.raises(ZeroDivisionError):
        _statuses(tiny_course, _raises(ZeroDivisionError("a bug of the grader")))


def test_a_bug_in_a_graded_test_is_ours(tiny_course, edit):
    edit(tiny_course.root / "tests/tiny/test_tiny.py", "x = draw", "x = undefined")
    with pytest.raises(NameError):
        _statuses(tiny_course, _right)


def test_a_test_file_that_cannot_be_imported_is_the_courses_fault(tiny_course):
    tiny_course.write("tests/tiny/test_tiny.py", "import no_such_module\n")
    with pytest.raises(CourseError, match="no_such_module"):
        _statuses(tiny_course, _right)


def test_a_test_that_only_the_toml_names_is_the_courses_fault(tiny_course, edit):
    edit(tiny_course.root / "tests/tiny/test_tiny.py", "def test_mult", "def renamed_test_mult")
    with pytest.raises(CourseError, match=r"no test test_tiny\.py::test_multiplies_by_the_factor"):
        _statuses(tiny_course, _right)


HYPOTHESIS_TEST = """
from hypothesis import given, settings, strategies as st
from autograder.grading.compare import assert_close


@settings(derandomize=True, database=None, deadline=None, max_examples=10)
@given(st.integers(1, 9))
def test_adds_along_the_last_axis(student, draw, size):
    x = draw.normal("x", 2, size)
    out = student.call("scaled_sum", x=x, factor=1.0)
    assert_close(out["total"], x.sum(-1), name="total", atol=1e-12)


def test_multiplies_by_the_factor(student, draw):
    pass
"""


def test_a_hypothesis_test_stops_at_the_first_timeout(tiny_course):
    tiny_course.write("tests/tiny/test_tiny.py", HYPOTHESIS_TEST)
    assignment = load_assignment(tiny_course.root, "tiny")
    answers = Answers(_raises(StudentFailure("timeout", "too slow")))
    tests = chosen_tests(assignment, None, frozenset([assignment.tests[0].id]))
    (outcome,) = run_suite(assignment, Student(answers), tests)
    assert outcome.status == "timeout"
    assert answers.calls == 1


def test_an_answer_that_changes_from_call_to_call_is_the_students_failure(tiny_course):
    tiny_course.write("tests/tiny/test_tiny.py", HYPOTHESIS_TEST)
    assignment = load_assignment(tiny_course.root, "tiny")
    turns = iter([0, 0, 1, *[0] * 1000])  # wrong once, and right when the example is tried again
    student = Student(Answers(lambda x, factor: {"total": x.sum(-1) + next(turns)}))
    tests = chosen_tests(assignment, None, frozenset([assignment.tests[0].id]))
    (outcome,) = run_suite(assignment, student, tests)
    assert outcome.status == "failed"


def test_pytest_and_the_toml_name_tests_alike(tiny_course):
    assignment = load_assignment(tiny_course.root, "tiny")
    assert collect_ids(assignment) == {test.id for test in assignment.tests}
