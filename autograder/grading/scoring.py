"""Outcomes → a report's tests, exercises and score. Pure: no files, no clock, no student code."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from autograder.course.assignment import Assignment, Exercise, Language, Test
from autograder.course.gaps import Unfilled
from autograder.grading.compare import Difference
from autograder.grading.options import Options
from autograder.grading.outcome import Outcome
from autograder.grading.record import Bars, Entries
from autograder.grading.verdict import Cause
from autograder.grading.wording import explain, tolerance
from autograder.reports.schema import (
    Adjustment,
    Bar,
    Diagnosis,
    ExerciseReport,
    Picture,
    TensorDifference,
    TestReport,
)

MOST_DIFFERENCES = 4  # of a test


class Score(NamedTuple):
    total: float
    exercises: tuple[ExerciseReport, ...]
    tests: tuple[TestReport, ...]
    adjustments: tuple[Adjustment, ...]

    @property
    def final(self) -> float:
        """The total with its adjustments."""
        return _round(self.total + sum(one.points for one in self.adjustments))


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
    total = _round(sum(one.score for one in exercises))
    bonuses = tuple(_bonuses(assignment, outcomes, options))
    return Score(total, tuple(exercises), tuple(tests), bonuses)


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
    withheld = _is_withheld(test, options)
    shown = Entries() if withheld else outcome.entries
    language = options.language

    def say(cause: Cause) -> str:
        return explain(cause, unfilled, exercise.id, withheld, language)

    return TestReport(
        id=test.id,
        exercise=exercise.id,
        title=test.title.in_language(language),
        status=outcome.status,
        score=_round(test.points * outcome.earned),
        max_score=test.points,
        visibility=test.visibility,
        message="" if passed else _message(outcome, say, language),
        hint="" if passed else test.hint.in_language(language),
        duration_s=0.0 if withheld else _round(outcome.duration_s),  # code can sleep as it likes
        notes=tuple(note.in_language(language) for note in shown.notes),
        pictures=tuple(_picture(one, language) for one in shown.pictures),
        differences=() if withheld else tuple(_differences(outcome)),
        diagnosis=None if withheld else _measured(outcome, language),
    )


def _message(outcome: Outcome, say: Callable[[Cause], str], language: Language) -> str:
    """Why points were lost: in the test as a whole, else a line for each part of it."""
    if outcome.cause is not None:
        return say(outcome.cause)
    lost = [part for part in outcome.entries.parts if part.status != "passed"]
    lines = ((part.title.in_language(language), say(part.cause)) for part in lost)
    return "\n".join(": ".join(filter(None, line)) for line in lines)


def _differences(outcome: Outcome) -> Iterator[TensorDifference]:
    """What the message says of tensors, in numbers: of the test and of its parts."""
    found = [cause for cause in outcome.causes if isinstance(cause, Difference)]
    for one in found[:MOST_DIFFERENCES]:
        if one.kind in ("values", "finite"):
            yield TensorDifference(
                name=one.name,
                shape=one.shape,
                at=one.where,
                yours=one.actual,
                expected=one.expected,
                largest=f"{one.largest:.3g}" if one.kind == "values" else "",
                tolerance=tolerance(one) if one.atol or one.rtol else "",
                share=_round(one.share),
                map=one.map,
            )


def _measured(outcome: Outcome, language: Language) -> Diagnosis | None:
    """What is true of the wrong tensors, where no mistake has a name yet."""
    found = [cause for cause in outcome.causes if isinstance(cause, Difference)]
    facts = (one.fact.in_language(language) for one in found[:MOST_DIFFERENCES] if one.fact)
    told = tuple(dict.fromkeys(facts))
    return Diagnosis(measured=told) if told else None


def _picture(bars: Bars, language: Language) -> Picture:
    return Picture(
        title=bars.title.in_language(language),
        bars=tuple(Bar(label=one.label, value=_round(one.value), right=one.right, yours=one.yours)
                   for one in bars.bars),
    )  # fmt: skip


def _bonuses(
    assignment: Assignment, outcomes: Sequence[Outcome], options: Options
) -> Iterator[Adjustment]:
    """The bonuses of tests that earned something, until the assignment's maximum is reached.

    A hidden test's reason is its title.
    """
    left = assignment.max_bonus
    tests = {test.id: test for test in assignment.tests}
    for outcome in (one for one in outcomes if one.earned):
        test = tests[outcome.id]
        for bonus in outcome.entries.bonuses:
            points = _round(min(bonus.points, left))
            if points > 0:
                left -= points
                reason = test.title if _is_withheld(test, options) else bonus.reason
                text = reason.in_language(options.language)
                yield Adjustment(kind="bonus", points=points, reason=text)


def _is_withheld(test: Test, options: Options) -> bool:
    return test.visibility == "hidden" and not options.reveal


def _round(number: float) -> float:
    return round(number, 3)
