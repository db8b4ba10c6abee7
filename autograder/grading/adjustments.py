"""A graded report and what is known beside it → the report with its final score. Pure.

The score and the tests' rows stay as the tests found them; each change is an adjustment of its own.
A bonus is part of grading and comes first, then overrides of exercises, then what lateness costs,
and at last an override of the whole. The final score is never below zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

import msgspec

from autograder.course.assignment import Assignment, Language
from autograder.course.overrides import Override
from autograder.course.policy import Lateness, LatePolicy, lateness
from autograder.intake.times import Moment, local
from autograder.reports.schema import Adjustment, ExerciseReport, Report

_SOURCES = {  # by Moment.source
    "list": ("by the list of times", "依据时间列表"),
    "name": ("by the upload's name", "依据上传文件名"),
    "commit": ("by the git commit", "依据 git 提交"),
    "stamp": ("by nbgrader's time stamp", "依据 nbgrader 时间戳"),
    "gradescope": ("by Gradescope", "依据 Gradescope"),
}


def adjusted(
    report: Report,
    assignment: Assignment,
    handed_in: Moment | None,
    overrides: Sequence[Override],
    language: Language,
) -> Report:
    """The report with what `overrides`, all of this student and assignment, and lateness change.

    What an earlier call added is made anew. An ungradable report gets a score only by an override
    of the whole.
    """
    bonuses = [one for one in report.adjustments if one.kind == "bonus"]
    whole = [one for one in overrides if not one.exercise]
    if report.score is None:
        made = list(_first_score(whole))
        final = made[0].points if made else None
        return msgspec.structs.replace(report, adjustments=tuple(made), final_score=final)
    made = [*bonuses, *_of_exercises(report, overrides)]
    if assignment.late and handed_in:
        made += _late(_total(report, made), assignment, assignment.late, handed_in, language)
    made += _of_whole(_total(report, made), whole)
    return msgspec.structs.replace(
        report, adjustments=tuple(made), final_score=_round(_total(report, made))
    )


def _total(report: Report, made: Sequence[Adjustment]) -> float:
    return (report.score or 0.0) + sum(one.points for one in made)


def _of_exercises(report: Report, overrides: Sequence[Override]) -> Iterator[Adjustment]:
    by_id = {one.id: one for one in report.exercises}
    left = report.score or 0.0  # what can be taken away
    for one in overrides:
        if exercise := by_id.get(one.exercise):
            made = _override(max(_change(one, exercise.score), -left), _named(exercise, one))
            left += made.points
            yield made


def _named(exercise: ExerciseReport, override: Override) -> str:
    return f"{exercise.title}: {override.reason}"


def _of_whole(total: float, whole: Sequence[Override]) -> Iterator[Adjustment]:
    for one in whole:
        yield _override(max(_change(one, total), -total), one.reason)


def _first_score(whole: Sequence[Override]) -> Iterator[Adjustment]:
    """Of a submission that could not be graded: points alone would change nothing known."""
    for one in whole:
        if one.score is not None:
            yield _override(one.score, one.reason)


def _change(override: Override, now: float) -> float:
    return override.points or 0.0 if override.score is None else override.score - now


def _override(points: float, reason: str) -> Adjustment:
    return Adjustment(kind="override", points=_round(points), reason=reason)


def _late(
    total: float, assignment: Assignment, policy: LatePolicy, handed_in: Moment, language: Language
) -> Iterator[Adjustment]:
    late = lateness(policy, handed_in.at)
    if late is None:
        return
    base = total if policy.of == "earned" else assignment.max_score
    points = -min(_round(base * late.percent / 100), max(total, 0.0))
    reason = (_zh if language == "zh" else _en)(policy, late, handed_in)
    yield Adjustment(kind="late", points=points or 0.0, reason=reason)  # no -0.0


def _en(policy: LatePolicy, late: Lateness, handed_in: Moment) -> str:
    of = "what was earned" if policy.of == "earned" else "the full points"
    free = f", {late.free} of them free" if late.free else ""
    days = "1 day" if late.days == 1 else f"{late.days} days"
    return (
        f"handed in {local(handed_in, policy.tz)} ({_SOURCES[handed_in.source][0]}), "
        f"{_duration(late.by)} after the deadline: {days}{free}, {late.percent:g} % of {of}"
    )


def _zh(policy: LatePolicy, late: Lateness, handed_in: Moment) -> str:
    of = "所得分" if policy.of == "earned" else "满分"
    free = f"（其中 {late.free} 天不扣分）" if late.free else ""
    return (
        f"提交于 {local(handed_in, policy.tz)}（{_SOURCES[handed_in.source][1]}），"
        f"晚于截止时间 {_duration(late.by)}：按 {late.days} 天计{free}，扣{of}的 {late.percent:g} %"
    )


def _duration(by: timedelta) -> str:
    """Such as 2 d 03:10, the seconds cut off."""
    minutes = int(by.total_seconds()) // 60
    days, clock = divmod(minutes, 24 * 60)
    return (f"{days} d " if days else "") + f"{clock // 60:02d}:{clock % 60:02d}"


def _round(number: float) -> float:
    return round(number, 3)
