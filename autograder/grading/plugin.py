"""The pytest plugins: which tests there are, and how each graded one ended."""

from __future__ import annotations

import dataclasses
from collections.abc import Generator
from pathlib import Path

import hypothesis
import pytest

from autograder.course.assignment import Assignment
from autograder.diagnosis.measure import RIGHT_IN_EVALUATION
from autograder.grading.compare import Difference
from autograder.grading.draw import Draw
from autograder.grading.fixtures import DRAW, FORMS, MODEL, RECORD, STUDENT
from autograder.grading.forms import Forms
from autograder.grading.outcome import Outcome, outcome
from autograder.grading.record import Record
from autograder.grading.student import Student
from autograder.grading.verdict import Cause, judge
from autograder.models.weights import Model


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
        self,
        assignment: Assignment,
        student: Student,
        wanted: frozenset[str],
        model: Model | None,
        forms: Forms,
    ) -> None:
        super().__init__(assignment)
        self._student = student
        self._draw = Draw(assignment)
        self._record = Record()
        self._wanted = wanted
        files = {self._folder / test.partition("::")[0] for test in wanted}
        self._paths = {path for file in files for path in (file, *file.parents)}
        self._model = model
        self._forms = forms
        self.outcomes: list[Outcome] = []
        self.fault: BaseException | None = None

    def pytest_configure(self, config: pytest.Config) -> None:
        config.option.tbstyle = "value"  # nobody reads pytest's own text of a failure
        config.stash[STUDENT] = self._student
        config.stash[DRAW] = self._draw
        config.stash[RECORD] = self._record
        config.stash[MODEL] = self._model
        config.stash[FORMS] = self._forms

    def pytest_ignore_collect(self, collection_path: Path) -> bool:
        """Whether to pass over something: pytest looks at all that lies beside a wanted file."""
        return collection_path not in self._paths

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if self.id_of(item) in self._wanted]

    def pytest_runtest_setup(self, item: pytest.Function) -> None:
        self._draw.test_id = self.id_of(item)
        if getattr(item.obj, "is_hypothesis_test", False):  # else it would know its inputs
            hypothesis.seed(self._draw.seed("hypothesis"))(item.obj)
        self._student.begin_test()
        self._record.take()

    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        error = call.excinfo.value if call.excinfo else None
        verdict = judge(error)
        if verdict is None:
            self.fault = self.fault or error
            item.session.shouldstop = "the grader is at fault"
        elif call.when == "call":
            ended = outcome(self.id_of(item), *verdict, call.duration, self._record.take())
            calls = self._student.traced(is_passed=ended.status == "passed")
            cause = self._measured(ended.cause)
            self.outcomes.append(dataclasses.replace(ended, cause=cause, calls=calls))

    def _measured(self, cause: Cause) -> Cause:
        """With what only the order of the calls tells: what came before has been found right."""
        if isinstance(cause, Difference) and self._student.was_right_in_evaluation:
            return dataclasses.replace(cause, fact=cause.fact or RIGHT_IN_EVALUATION)
        return cause
