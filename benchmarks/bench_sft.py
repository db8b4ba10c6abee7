"""How long a handed-in adapter takes to grade, beside what a plain script takes: `make bench`.

Warm     the tests of the adapter and the transcript, one submission after another in one process
         on one core, with base, reference and nf4 weights made ready by the first.
Whole    the same with the tests of the code in the sandbox.
Plain    the base loaded anew and quantised, peft, one dialogue at a time, generate: the same
         figures of the student's adapter. Three rounds, for it takes long.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import torch
from transformers.utils import logging

from autograder.course.assignment import Assignment, find_course
from autograder.course.masked import known_gaps
from autograder.grading.grade import Grader
from autograder.grading.options import Options
from autograder.intake.discover import Student, read_submission
from autograder.intake.submission import Submission
from tests.course.sft.naive import Naive, entries, replies
from tests.sft.behaviour import EVERY, LIMIT
from tests.sft.configuration import CONFIG
from tests.sft.dialogues import PUBLIC
from tests.sft.regression import TEXT

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 9
HIDDEN = PUBLIC.parent / "hidden" / PUBLIC.name
HARNESS = ("adapter", "loss", "quantised", "behaviour", "transcript", "regression")


def main() -> None:
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    torch.set_num_threads(1)
    logging.disable_progress_bar()
    assignment = find_course(ROOT).assignment("sft")
    reference = read_submission(Student("reference", ROOT / "solutions"), assignment)
    ids = _ids(assignment)
    with Grader(assignment, known_gaps(assignment), Options()) as grader:
        warm = _median(lambda number: grader.grade(_another(reference, number), ids), ROUNDS)
        whole = _median(lambda number: grader.grade(_another(reference, -number)), 3)
    plain = _median(lambda _: _plainly(ROOT / "solutions/sft/adapter"), 3)
    print(f"an adapter, one core:   {warm:.2f} s warm, {plain:.1f} s by a plain script: "
          f"ratio {plain / warm:.1f}; {whole:.2f} s with its code")  # fmt: skip


def _ids(assignment: Assignment) -> frozenset[str]:
    return frozenset(
        test.id for one in assignment.exercises if one.id in HARNESS for test in one.tests
    )


def _another(submission: Submission, number: int) -> Submission:
    """The same in other bytes, so that no figure of it is known yet."""
    files: Mapping[str, bytes] = submission.files
    blanks = b" " * number if number > 0 else b"\n" * (1 - number)
    return Submission(
        submission.student, submission.assignment, {**files, CONFIG: files[CONFIG] + blanks}
    )


def _median(work: Callable[[int], object], rounds: int) -> float:
    """Seconds; the first round makes ready and does not count."""
    times = []
    for number in range(1, rounds + 2):
        begun = time.perf_counter()
        work(number)
        times.append(time.perf_counter() - begun)
    return statistics.median(times[1:])


def _plainly(adapter: Path) -> None:
    """The figures of one adapter as most would find them."""
    model, quantised = Naive(adapter), Naive(adapter, quantised=True)
    model.loss(PUBLIC)
    model.loss(HIDDEN)
    quantised.loss(PUBLIC)
    model.text_loss(TEXT)
    for path in (PUBLIC, HIDDEN):
        list(replies(model, entries(path)[::EVERY], LIMIT))


if __name__ == "__main__":
    main()
