"""Warm graders in this process against the floor, in turn: what the sandbox costs, task by task."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import torch
from transformers.utils import logging

from autograder.course.assignment import Assignment, find_course
from autograder.course.masked import known_gaps
from autograder.grading.forms import forms_of
from autograder.grading.grade import Grader
from autograder.grading.options import Options
from autograder.grading.outcome import Outcome
from autograder.grading.suite import run_suite
from autograder.intake.discover import Student as Folder
from autograder.intake.discover import read_submission
from autograder.intake.submission import Submission
from autograder.models.embeddings import tensors_file
from autograder.models.weights import Model, random_gpt2
from autograder.reports.schema import TestReport
from benchmarks.versus.classes import ROOT
from benchmarks.versus.direct import student_in
from benchmarks.versus.measure import CORE, Spread, on_cores

SFT_CONFIG = "adapter/adapter_config.json"  # told apart by its blanks, see `_other`


def pair(name: str, rounds: int) -> tuple[Spread, Spread]:
    """Seconds for the reference of a task, on one core: in the sandbox, and by the floor."""
    return _pair(name, rounds, None)


def model_pair(rounds: int, scratch: Path) -> tuple[Spread, Spread]:
    """The same for the test at GPT-2's own size, 124 M random parameters."""
    return _pair("gpt2", rounds, random_gpt2(scratch))


def _pair(name: str, rounds: int, model: Model | None) -> tuple[Spread, Spread]:
    torch.set_num_threads(1)
    logging.disable_progress_bar()
    assignment = find_course(ROOT).assignment(name)
    ids = frozenset(test.id for test in assignment.tests if test.needs_model == bool(model))
    reference = read_submission(Folder("reference", ROOT / "solutions"), assignment)
    options = Options(model=model)
    with on_cores({CORE}), Grader(assignment, known_gaps(assignment), options) as grader:
        sandboxed, floor = _in_turn(
            lambda number: _check(grader.grade(_other(reference, number), only=ids).tests),
            lambda number: _without(assignment, _other(reference, -number), ids, model),
            rounds=rounds,
        )
    return sandboxed, floor


def _without(
    assignment: Assignment, submission: Submission, ids: frozenset[str], model: Model | None
) -> None:
    """The suite in this process, which has imported the student's code."""
    data = {name: tensors_file(name) for name in assignment.needs}
    data |= {"weights": model.path} if model else {}
    student = student_in(assignment.solution_folder, assignment, data)
    tests = [test for test in assignment.tests if test.id in ids]
    _check(run_suite(assignment, student, tests, model, forms_of(submission, assignment)))


def _check(tests: Iterable[TestReport | Outcome]) -> None:
    """Raises unless all passed: what fails takes less time."""
    failed = [test.id for test in tests if test.status != "passed"]
    if failed:
        raise RuntimeError(f"the reference fails {failed}")


def _other(submission: Submission, number: int) -> Submission:
    """The same in other bytes: figures of an adapter are kept, and this one's are not known yet."""
    if SFT_CONFIG not in submission.files:
        return submission
    blanks = b" " * number if number > 0 else b"\n" * -number
    files = {**submission.files, SFT_CONFIG: submission.files[SFT_CONFIG] + blanks}
    return replace(submission, files=files)


def _in_turn(*works: Callable[[int], object], rounds: int) -> list[Spread]:
    """Seconds of each, run in turn so that a drifting machine is fair to all; the first two
    rounds make ready and don't count."""
    times: list[list[float]] = [[] for _ in works]
    for number in range(1, rounds + 3):
        for work, taken in zip(works, times, strict=True):
            begun = time.perf_counter()
            work(number)
            taken.append(time.perf_counter() - begun)
    return [Spread.of(taken[2:]) for taken in times]
