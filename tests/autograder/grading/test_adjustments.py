"""Final scores: bonus, overrides of exercises, lateness, an override of the whole, in order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.course.assignment import load_assignment
from autograder.course.overrides import Override
from autograder.course.policy import LatePolicy
from autograder.grading.adjustments import adjusted
from autograder.grading.blank import blank_report
from autograder.grading.options import Options
from autograder.intake.submission import Submission
from autograder.intake.times import Moment
from autograder.reports.schema import Adjustment

DUE = datetime(2026, 10, 1, 23, 59, tzinfo=timezone(timedelta(hours=8)))
POLICY = LatePolicy(deadline=DUE, percent_a_day=10)
BONUS = Adjustment(kind="bonus", points=2.0, reason="more")


@pytest.fixture
def assignment(tiny_course):
    return msgspec.structs.replace(load_assignment(tiny_course.root, "tiny"), late=POLICY)


@pytest.fixture
def report(assignment):
    """8 of 10: of `sum` 4 of 4, of `scale` 4 of 6."""
    blank = blank_report(assignment, Submission("s", "tiny"), Options(), "graded")
    exercises = [msgspec.structs.replace(one, score=4.0) for one in blank.exercises]
    return msgspec.structs.replace(blank, score=8.0, final_score=8.0, exercises=tuple(exercises))


def _moment(**after):
    return Moment(DUE + timedelta(**after), "commit")


def _override(**what):
    return Override(student="s", assignment="tiny", reason="appeal", **what)


def _made(report):
    return [(one.kind, one.points) for one in report.adjustments]


def test_in_time_nothing_is_taken_off(report, assignment):
    assert adjusted(report, assignment, _moment(seconds=0), [], "en") == report


def test_lateness_is_an_adjustment_and_leaves_score_and_exercises(report, assignment):
    late = adjusted(report, assignment, _moment(hours=30), [], "en")
    assert _made(late) == [("late", -1.6)]
    assert (late.score, late.final_score, late.exercises) == (8, 6.4, report.exercises)
    assert late.adjustments[0].reason == (
        "handed in 2026-10-03 05:59+08:00 (by the git commit), 1 d 06:00 after the deadline: "
        "2 days, 20 % of what was earned"
    )


def test_it_says_so_in_chinese(report, assignment):
    late = adjusted(report, assignment, _moment(minutes=1), [], "zh")
    assert late.adjustments[0].reason == (
        "提交于 2026-10-02 00:00+08:00（依据 git 提交），晚于截止时间 00:01："
        "按 1 天计，扣所得分的 10 %"
    )


def test_free_days_are_shown_and_cost_nothing(report, assignment):
    free = msgspec.structs.replace(POLICY, free_days=3)
    assignment = msgspec.structs.replace(assignment, late=free)
    late = adjusted(report, assignment, _moment(hours=30), [], "en")
    assert _made(late) == [("late", 0)]
    assert "2 days, 2 of them free, 0 %" in late.adjustments[0].reason
    assert late.final_score == 8


def test_the_percent_may_be_of_the_full_points(report, assignment):
    of_max = msgspec.structs.replace(POLICY, of="max_score")
    assignment = msgspec.structs.replace(assignment, late=of_max)
    assert _made(adjusted(report, assignment, _moment(hours=1), [], "en")) == [("late", -1)]
    worst = adjusted(report, assignment, _moment(days=9.5), [], "en")
    assert (_made(worst), worst.final_score) == ([("late", -8)], 0)


def test_without_a_policy_or_a_time_nothing_is_taken_off(report, assignment):
    assert adjusted(report, assignment, None, [], "en").final_score == 8
    without = msgspec.structs.replace(assignment, late=None)
    assert adjusted(report, without, _moment(days=9), [], "en").final_score == 8


def test_a_bonus_stays_and_lateness_counts_it(report, assignment):
    report = msgspec.structs.replace(report, adjustments=(BONUS,), final_score=10.0)
    late = adjusted(report, assignment, _moment(hours=1), [], "en")
    assert _made(late) == [("bonus", 2), ("late", -1)]
    assert late.final_score == 9


def test_an_exercise_is_mended_before_lateness(report, assignment):
    overrides = [_override(exercise="scale", score=6.0)]
    mended = adjusted(report, assignment, _moment(hours=1), overrides, "en")
    assert _made(mended) == [("override", 2), ("late", -1)]
    assert mended.final_score == 9
    assert mended.adjustments[0].reason == "Scale: appeal"
    assert mended.exercises == report.exercises


def test_an_override_of_the_whole_has_the_last_word(report, assignment):
    overrides = [_override(exercise="sum", points=-1.0), _override(score=9.5)]
    mended = adjusted(report, assignment, _moment(days=3), overrides, "en")
    assert mended.final_score == 9.5
    assert [kind for kind, _ in _made(mended)] == ["override", "late", "override"]


def test_points_are_added_to_what_is_left_and_never_below_zero(report, assignment):
    assert adjusted(report, assignment, None, [_override(points=1.5)], "en").final_score == 9.5
    none = adjusted(report, assignment, None, [_override(points=-50.0)], "en")
    assert (_made(none), none.final_score) == ([("override", -8)], 0)


def test_a_rejected_submission_can_be_given_points(assignment):
    rejected = blank_report(assignment, Submission("s", "tiny"), Options(), "rejected", "no file")
    mended = adjusted(rejected, assignment, None, [_override(exercise="sum", score=3.0)], "en")
    assert (mended.status, mended.score, mended.final_score) == ("rejected", 0, 3)


def test_an_ungradable_one_gets_a_score_by_an_override_of_the_whole_alone(assignment):
    ungradable = blank_report(assignment, Submission("s", "tiny"), Options(), "ungradable", "ours")
    for useless in ([], [_override(points=3.0)], [_override(exercise="sum", score=3.0)]):
        assert adjusted(ungradable, assignment, _moment(days=1), useless, "en").final_score is None
    given_score = adjusted(ungradable, assignment, None, [_override(score=7.0)], "en")
    assert (given_score.score, given_score.final_score) == (None, 7)


def test_a_report_that_was_adjusted_before_is_adjusted_anew(report, assignment):
    overrides = [_override(score=1.0)]
    once = adjusted(report, assignment, _moment(days=2), overrides, "en")
    assert adjusted(once, assignment, _moment(days=2), overrides, "en") == once
    assert adjusted(once, assignment, None, [], "en") == report


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # they only read it
@given(
    score=st.floats(0, 10),
    days=st.floats(-3, 40),
    percent=st.floats(0, 100),
    points=st.floats(-30, 30),
    of=st.sampled_from(["earned", "max_score"]),
)
def test_what_is_shown_adds_up(assignment, report, score, days, percent, points, of):
    policy = msgspec.structs.replace(POLICY, percent_a_day=percent, of=of)
    assignment = msgspec.structs.replace(assignment, late=policy)
    report = msgspec.structs.replace(report, score=round(score, 3), final_score=round(score, 3))
    overrides = [_override(exercise="sum", points=points), _override(points=points)]
    final = adjusted(report, assignment, _moment(days=days), overrides, "en")
    shown = final.score + sum(one.points for one in final.adjustments)
    assert final.final_score == pytest.approx(shown, abs=2e-3)
    assert final.final_score >= 0


@pytest.mark.parametrize("year", [1, 9999])
def test_a_time_that_nobody_can_have_meant_is_reckoned_with_all_the_same(report, assignment, year):
    moment = Moment(datetime(year, 12, 31, 23, 59, tzinfo=UTC), "commit")
    assert adjusted(report, assignment, moment, [], "en").final_score == (8 if year == 1 else 0)
