"""The course's own suites have teeth: a sample of the known mistakes, each graded for real.

All of them, with what they lose in every exercise: `autograder verify --mistakes`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import pytest

from autograder.course.assignment import Assignment, load_assignment
from autograder.course.masked import known_gaps
from autograder.diagnosis.mistakes import Mistake, read_mistakes
from autograder.diagnosis.teeth import costs, problems
from autograder.grading.grade import Grader
from autograder.grading.options import Options
from autograder.intake.discover import Student, read_submission
from autograder.intake.submission import Submission
from autograder.models.store import is_present
from autograder.reports.schema import Report

ROOT = Path(__file__).resolve().parents[3]
FIRST, EVERY = 3, 12  # of each assignment's mistakes, in order of name: which are tried here


def graded(
    assignment: Assignment, mistakes: Sequence[Mistake], submissions: Sequence[Submission]
) -> Iterator[Report]:
    """Their reports, of exercises that have known mistakes alone: a form costs nothing here."""
    code = {one.exercise for one in mistakes}
    only = frozenset(test.id for one in assignment.exercises if one.id in code
                     for test in one.tests)  # fmt: skip
    with Grader(assignment, known_gaps(assignment), Options(diagnose=False)) as grader:
        for one in submissions:
            report = grader.grade(one, only)
            exercises = tuple(one for one in report.exercises if one.id in code)
            yield msgspec.structs.replace(report, exercises=exercises)


@pytest.mark.parametrize("name", ["gpt2", "word_arithmetic", "sft"])
def test_each_of_a_sample_loses_points_in_its_own_exercise_and_few_elsewhere(name: str) -> None:
    assignment = load_assignment(ROOT, name)
    for data in assignment.needs:
        if not is_present(data):
            pytest.skip(f"{data} is not on this machine: autograder fetch {data}")
    mistakes = read_mistakes(assignment)
    reference = read_submission(Student("reference", ROOT / "solutions"), assignment).files
    sample = mistakes[FIRST::EVERY]
    found = costs(assignment, sample, reference, lambda some: graded(assignment, mistakes, some))
    assert [one.mistake for one in found] == [*sample]
    assert not [*problems(assignment, found)]
