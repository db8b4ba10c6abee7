"""Grades one submission after another in a warm process: sandbox, suite, score, report."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec
import torch
from torch import Tensor

from autograder.course.assignment import Assignment
from autograder.course.gaps import GapInfo, Unfilled, unfilled
from autograder.errors import GraderFault
from autograder.grading.blank import blank_report, utc
from autograder.grading.forms import forms_of
from autograder.grading.options import Options
from autograder.grading.outcome import Outcome
from autograder.grading.scoring import score
from autograder.grading.student import Student, Tracing, Watcher
from autograder.grading.suite import chosen_tests, run_suite
from autograder.grading.wording import tells_of_a_gap
from autograder.intake.submission import Submission
from autograder.models.embeddings import tensors_file
from autograder.reports.schema import Report
from autograder.sandbox.code import SubmissionCode
from autograder.sandbox.keeper import Sandbox
from autograder.sandbox.outcome import StudentFailure
from autograder.sandbox.warm import Branch, Zygote

Gaps = Mapping[str, Sequence[GapInfo]]  # by file
Call = tuple[str, Mapping[str, Any]]  # a probe and its arguments
Answer = Mapping[str, Tensor] | StudentFailure


class Grader:
    """A warm grader of one assignment: keeps torch, the suite and one zygote between students."""

    def __init__(
        self,
        assignment: Assignment,
        gaps: Gaps,
        options: Options,
        branch: Branch | None = None,
    ) -> None:
        torch.set_num_threads(1)  # jobs must not fight for cores, and two runs must agree
        self._assignment = assignment
        self._gaps = gaps
        self._options = options
        self._support = assignment.support_files()
        self._has_mistakes = assignment.mistakes_folder.is_dir()
        self._data = {name: tensors_file(name) for name in assignment.needs}
        if options.model:
            self._data["weights"] = options.model.path
        self._zygote = Zygote(assignment.profile, options.isolation, branch)
        gc.freeze()  # torch and transformers never become garbage: don't walk them again

    @property
    def tests_folder(self) -> Path:
        return self._assignment.tests_folder

    def __enter__(self) -> Grader:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._zygote.close()

    def grade(
        self,
        submission: Submission,
        only: frozenset[str] | None = None,
        watch: Watcher | None = None,
    ) -> Report:
        """The report of one submission; `only` limits it to some test ids, as the submission's own
        `tests` do; `watch` sees each call.

        Raises CourseError for a broken suite; what else it raises is a bug of the suite or ours.
        """
        started, clock = datetime.now(UTC), time.perf_counter()
        report = self._grade(submission, only, watch)
        return msgspec.structs.replace(
            report, started_at=utc(started), duration_s=round(time.perf_counter() - clock, 3)
        )

    def answers(self, submission: Submission, calls: Iterable[Call]) -> list[Answer]:
        """What the submission's code gives for each call: tensors, or how it failed."""
        with self._sandbox(submission) as sandbox:
            return [_answer(sandbox, *call) for call in calls]

    def _sandbox(self, submission: Submission) -> Sandbox:
        limits = self._assignment.limits
        return Sandbox(self._zygote, self._code(submission), limits, self._data)

    def _grade(
        self, submission: Submission, only: frozenset[str] | None, watch: Watcher | None
    ) -> Report:
        options, assignment = self._options, self._assignment
        if submission.problem:
            return blank_report(assignment, submission, options, "rejected", submission.problem)
        tests = chosen_tests(assignment, options.model, submission.tests if only is None else only)
        try:
            with self._sandbox(submission) as sandbox:
                student = Student(sandbox, watch, self._tracing(submission))
                forms = forms_of(submission, assignment)
                outcomes = run_suite(assignment, student, tests, options.model, forms)
        except GraderFault as fault:
            return blank_report(assignment, submission, options, "ungradable", str(fault))
        result = score(assignment, outcomes, self._unfilled(submission, outcomes), options)
        return msgspec.structs.replace(
            blank_report(assignment, submission, options, "graded"),
            score=result.total,
            adjustments=result.adjustments,
            final_score=result.final,
            exercises=result.exercises,
            tests=result.tests,
            fleeting=any(one.is_fleeting for one in outcomes) or msgspec.UNSET,
            traces=tuple(filter(None, (one.trace for one in outcomes))) or msgspec.UNSET,
        )

    def _tracing(self, submission: Submission) -> Tracing:
        """Of all tests where that is asked for, else of those that a known mistake may explain."""
        return "all" if submission.is_traced else "lost" if self._has_mistakes else "none"

    def _code(self, submission: Submission) -> SubmissionCode:
        return SubmissionCode(
            assignment=self._assignment.name,
            module=self._assignment.module,
            files={name: submission.files[name] for name in self._assignment.files},
            support=self._support,
        )

    def _unfilled(
        self, submission: Submission, outcomes: Iterable[Outcome]
    ) -> dict[str, tuple[Unfilled, ...]]:
        """The gaps left open, if an outcome tells of one: to look for them takes 40 ms."""
        if not any(tells_of_a_gap(cause) for outcome in outcomes for cause in outcome.causes):
            return {}
        return {
            name: unfilled(submission.files[name].decode("utf-8-sig"), self._gaps.get(name, ()))
            for name in self._assignment.files
        }


def _answer(sandbox: Sandbox, probe: str, arguments: Mapping[str, Any]) -> Answer:
    try:
        return sandbox.call(probe, **arguments)
    except StudentFailure as failure:
        return failure
