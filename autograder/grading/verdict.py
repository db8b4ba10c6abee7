"""What an exception that ends a graded test says about the student, or that it is not theirs."""

from __future__ import annotations

from typing import Literal

from hypothesis.errors import Flaky

from autograder.course.assignment import Text
from autograder.grading.compare import Difference, Mismatch, Wrong
from autograder.sandbox.outcome import StudentFailure

Status = Literal["passed", "partial", "failed", "error", "timeout", "crashed", "limit"]
FLEETING: tuple[Status, ...] = ("timeout", "crashed", "limit")  # a moment may have caused these
Cause = Difference | StudentFailure | Text | str | None


def judge(error: BaseException | None) -> tuple[Status, Cause] | None:
    """The status and cause that an exception means; None where it is not the student's."""
    error = _leaf(error)
    cause: Cause
    match error:
        case StudentFailure():
            return error.kind, error
        case Mismatch():
            cause = error.difference
        case Wrong():
            cause = error.text
        case Flaky():
            cause = "the same call gave different answers"
        case AssertionError():
            cause = str(error)
        case _:
            return ("passed", None) if error is None else None
    return "failed", cause


def _leaf(error: BaseException | None) -> BaseException | None:
    """What an exception group (hypothesis raises them) is about: its first student's failure."""
    if not isinstance(error, BaseExceptionGroup):
        return error
    leaf: BaseException | None = error.subgroup((Mismatch, Wrong, StudentFailure))
    while isinstance(leaf, BaseExceptionGroup):
        leaf = leaf.exceptions[0]
    return leaf or error
