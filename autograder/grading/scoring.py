"""Outcomes → a report's tests, exercises and score. Pure: no files, no clock, no student code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from autograder.course.assignment import Assignment, Exercise, Language, Test
from autograder.course.gaps import Unfilled
from autograder.grading.options import Options
from autograder.grading.plugin import Outcome
from autograder.grading.wording import explain
from autograder.reports.schema import ExerciseReport, TestReport


class Score(NamedTuple):
    total: float
    exercises: tuple[ExerciseReport, ...]
    tests: tuple[TestReport, ...]


def score(
    assignment: Assignment,
    outcomes: Sequence[Outcome],
    unfilled: Mapping[str, Sequence[Unfilled]],
    options: Options,
) -> Score:
    """The marks of one submission; what was not run counts in the denominator all the same."""
    by_id = {outcome.id: outcome for outcome in outcomes}
    tests: list[TestReport] = []
    exercises: list[ExerciseReport] = []
    for exercise in assignment.exercises:
        rows = [
            _test(exercise, test, by_id[test.id], unfilled, options)
            for test in exercise.tests
            if test.id in by_id
        ]
        tests += rows
        exercises.append(_exercise(exercise, rows, options.language))
    return Score(_round(sum(one.score for one in exercises)), tuple(exercises), tuple(tests))


def _exercise(
    exercise: Exercise, tests: Sequence[TestReport], language: Language
) -> ExerciseReport:
    return ExerciseReport(
        id=exercise.id,
        title=exercise.title.in_language(language),
        score=_round(sum(test.score for test in tests)),
        max_score=exercise.points,
    )


def _test(
    exercise: Exercise,
    test: Test,
    outcome: Outcome,
    unfilled: Mapping[str, Sequence[Unfilled]],
    options: Options,
) -> TestReport:
    passed = outcome.status == "passed"
    withheld = test.visibility == "hidden" and not options.reveal
    message = (
        "" if passed else explain(outcome.cause, unfilled, exercise.id, withheld, options.language)
    )
    return TestReport(
        id=test.id,
        exercise=exercise.id,
        title=test.title.in_language(options.language),
        status=outcome.status,
        score=test.points if passed else 0.0,
        max_score=test.points,
        visibility=test.visibility,
        message=message,
        hint="" if passed else test.hint.in_language(options.language),
        duration_s=0.0 if withheld else _round(outcome.duration_s),  # code can sleep as it likes
    )


def _round(number: float) -> float:
    return round(number, 3)
