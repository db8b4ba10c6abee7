"""The late policy: which deadlines are understood, which refused, and what lateness costs."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta, timezone

import pytest

from autograder.course.assignment import load_assignment
from autograder.course.policy import LatePolicy, lateness, without_policy
from autograder.errors import CourseError

DUE = datetime(2026, 10, 1, 23, 59, tzinfo=timezone(timedelta(hours=8)))


def _policy(**changes):
    return LatePolicy(**{"deadline": DUE, "percent_a_day": 10.0, **changes})


def _late(policy, **after):
    return lateness(policy, DUE + timedelta(**after))


def _load(course, text):
    path = course.root / "assignments/tiny/assignment.toml"
    course.write("assignments/tiny/assignment.toml", f"{path.read_text()}\n[late]\n{text}\n")
    return load_assignment(course.root, "tiny").late


def test_at_the_deadline_it_is_in_time():
    assert _late(_policy(), seconds=0) is None
    assert _late(_policy(), seconds=1).days == 1


@pytest.mark.parametrize(
    ("after", "days"), [({"hours": 24}, 1), ({"hours": 24, "seconds": 1}, 2), ({"days": 9}, 9)]
)
def test_a_day_that_has_begun_counts(after, days):
    assert _late(_policy(), **after).days == days


def test_days_are_counted_from_the_end_of_the_grace():
    policy = _policy(grace_minutes=15)
    assert _late(policy, minutes=15) is None
    assert _late(policy, minutes=16).by == timedelta(minutes=16)
    assert _late(policy, hours=24, minutes=15).days == 1
    assert _late(policy, hours=24, minutes=16).days == 2


def test_free_days_cost_nothing_and_those_after_them_do():
    policy = _policy(free_days=2)
    assert (_late(policy, days=2).free, _late(policy, days=2).percent) == (2, 0)
    assert (_late(policy, days=3).free, _late(policy, days=3).percent) == (2, 10)


def test_no_more_is_taken_off_than_the_cap():
    assert _late(_policy(cap_percent=35), days=30).percent == 35
    assert _late(_policy(), days=365).percent == 100


def test_the_deadline_and_the_moment_may_be_in_different_zones():
    assert lateness(_policy(), datetime(2026, 10, 1, 15, 59, tzinfo=UTC)) is None
    assert lateness(_policy(), datetime(2026, 10, 1, 16, 0, tzinfo=UTC)).days == 1


def test_a_moment_without_a_zone_is_in_the_deadlines():
    assert lateness(_policy(), datetime(2026, 10, 1, 23, 59)) is None
    assert lateness(_policy(), datetime(2026, 10, 2)).by == timedelta(minutes=1)


@pytest.mark.parametrize(
    "text",
    [
        "deadline = 2026-10-01T23:59:00+08:00\npercent_a_day = 10",
        'deadline = 2026-10-01T23:59:00\nzone = "Asia/Shanghai"\npercent_a_day = 10',
    ],
)
def test_the_zone_stands_in_the_deadline_or_beside_it(tiny_course, text):
    assert _load(tiny_course, text).due == DUE


def test_a_zone_knows_of_summer_time(tiny_course):
    text = 'deadline = 2026-07-01T12:00:00\nzone = "Europe/Berlin"\npercent_a_day = 10'
    assert _load(tiny_course, text).due == datetime(2026, 7, 1, 10, tzinfo=UTC)


def test_days_are_counted_across_a_change_of_clocks(tiny_course):
    text = 'deadline = 2026-10-24T23:59:00\nzone = "Europe/Berlin"\npercent_a_day = 10'
    policy = _load(tiny_course, text)
    naive = datetime(2026, 10, 25, 23, 30)  # in the deadline's zone
    assert lateness(policy, naive) == lateness(policy, datetime(2026, 10, 25, 22, 30, tzinfo=UTC))
    assert lateness(policy, naive).days == 2  # 24 h 31 min


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("deadline = 2026-10-01T23:59:00\npercent_a_day = 10", "has no time zone"),
        ('deadline = 2026-10-01T23:59:00Z\nzone = "Asia/Shanghai"\npercent_a_day = 1', "keep one"),
        ('deadline = 2026-10-01T23:59:00\nzone = "Mars/Base"\npercent_a_day = 1', "unknown here"),
        ('deadline = 2026-10-01T23:59:00\nzone = "../x"\npercent_a_day = 1', "unknown here"),
        ('deadline = 2026-03-29T02:30:00\nzone = "Europe/Berlin"\npercent_a_day = 1', "or never"),
        ('deadline = 2026-10-25T02:30:00\nzone = "Europe/Berlin"\npercent_a_day = 1', "twice"),
        ("deadline = 2026-10-01\npercent_a_day = 10", "late.deadline"),
        ("deadline = 2026-10-01T23:59:00Z", "percent_a_day"),
        ("deadline = 2026-10-01T23:59:00Z\npercent_a_day = 101", "not between 0 and 100"),
        ("deadline = 2026-10-01T23:59:00Z\npercent_a_day = nan", "not between 0 and 100"),
        ("deadline = 2026-10-01T23:59:00Z\npercent_a_day = 1\ncap_percent = -1", "cap_percent"),
        ("deadline = 2026-10-01T23:59:00Z\npercent_a_day = 1\ngrace_minutes = -1", "grace"),
        ("deadline = 2026-10-01T23:59:00Z\npercent_a_day = 1\nfree_days = -1", "free_days"),
        ("deadline = 2026-10-01T23:59:00Z\npercent_a_day = 1\nof = 'all'", "late.of"),
        ("deadline = 2026-10-01T23:59:00Z\npercent_a_day = 1\nper_day = 1", "per_day"),
    ],
)
def test_what_is_unclear_is_refused_by_name(tiny_course, text, problem):
    with pytest.raises(CourseError) as refused:
        _load(tiny_course, text)
    assert problem in str(refused.value)
    assert str(refused.value).endswith("Do: mend the file, then: autograder verify")


def test_the_released_template_says_nothing_of_it(tiny_course):
    _load(tiny_course, "deadline = 2026-10-01T23:59:00Z\npercent_a_day = 10")
    assert tiny_course.run("release", "--output", "out").returncode == 0
    released = tiny_course.root / "out/assignments/tiny/assignment.toml"
    assert "late" not in tomllib.loads(released.read_text())


def test_what_decides_results_is_the_rest_of_the_file():
    plain = b'name = "x"\nmax_score = 3\n'
    policy = b"# new\n[late]\ndeadline = 2026-10-01T23:59:00Z\npercent_a_day = 10\n"
    assert without_policy(plain) == without_policy(plain + policy)
    assert without_policy(plain) == without_policy(plain + b"[consensus]\nbonus = 1\n")
    assert without_policy(plain) != without_policy(plain.replace(b"3", b"4"))
