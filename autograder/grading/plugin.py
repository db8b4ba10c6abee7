"""The pytest plugins: which tests there are, and how each graded one ended."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Literal

import pytest
from hypothesis.errors import Flaky

from autograder.course.assignment import Assignment
from autograder.grading.compare import Difference, Mismatch
from autograder.grading.draw import Draw
from autograder.grading.fixtures import DRAW, MODEL, STUDENT
from autograder.grading.student import Student
from autograder.models.weights import Model
from autograder.sandbox.outcome import StudentFailure

Status = Literal["passed", "failed", "error", "timeout", "crashed", "limit"]


@dataclass(frozen=True)
class Outcome:
    """How one graded test ended; `cause` says why, unless it passed."""

    id: str  # relative to tests/<assignment>/
    status: Status
    cause: Difference | StudentFailure | str | None
    duration_s: float


class CollectPlugin:
    """Collects an assignment's tests: `ids` as in the TOML; `broken` says why a file cannot be."""

    def __init__(self, assignment: Assignment) -> None:
        self._folder = assignment.tests_folder
        self.ids: list[str] = []
        self.broken: str | None = None

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self,
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        report = yield
        if report.failed and self.broken is None:
            self.broken = str(report.longrepr)
        return report

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        self.ids += [self.id_of(item) for item in items]

    def id_of(self, item: pytest.Item) -> str:
        return f"{item.path.relative_to(self._folder).as_posix()}::{item.name}"


class GradingPlugin(CollectPlugin):
    """One run of a suite against one submission.

    After the run, `outcomes` holds what the student's code came to; `fault` is an exception that
    was ours.
    """

    def __init__(
        self, assignment: Assignment, student: Student, wanted: frozenset[str], model: Model | None
    ) -> None:
        super().__init__(assignment)
        self._student = student
        self._draw = Draw(assignment)
        self._wanted = wanted
        self._model = model
        self.outcomes: list[Outcome] = []
        self.fault: BaseException | None = None

    def pytest_configure(self, config: pytest.Config) -> None:
        config.option.tbstyle = "value"  # nobody reads pytest's own text of a failure
        config.stash[STUDENT] = self._student
        config.stash[DRAW] = self._draw
        config.stash[MODEL] = self._model

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if self.id_of(item) in self._wanted]

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        self._draw.test_id = self.id_of(item)
        self._student.begin_test()

    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        error = call.excinfo.value if call.excinfo else None
        verdict = _judge(error)
        if verdict is None:
            self.fault = self.fault or error
            item.session.shouldstop = "the grader is at fault"
        elif call.when == "call":
            status, cause = verdict
            self.outcomes.append(Outcome(self.id_of(item), status, cause, call.duration))


def _judge(
    error: BaseException | None,
) -> tuple[Status, Difference | StudentFailure | str | None] | None:
    """The status and cause that an exception means; None where it is not the student's."""
    error = _leaf(error)
    match error:
        case None:
            return "passed", None
        case Mismatch():
            return "failed", error.difference
        case StudentFailure():
            return error.kind, error
        case Flaky():
            return "failed", "the same call gave different answers"
        case AssertionError():
            return "failed", str(error)
        case _:
            return None


def _leaf(error: BaseException | None) -> BaseException | None:
    """What an exception group (hypothesis raises them) is about: its first student's failure."""
    if not isinstance(error, BaseExceptionGroup):
        return error
    leaf: BaseException | None = error.subgroup((Mismatch, StudentFailure))
    while isinstance(leaf, BaseExceptionGroup):
        leaf = leaf.exceptions[0]
    return leaf or error
