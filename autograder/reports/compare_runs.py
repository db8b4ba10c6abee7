"""What a regrade changed: reports of two runs, side by side. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from autograder.course.assignment import Language
from autograder.reports.schema import Adjustment, Report, TestReport
from autograder.reports.words import OUTCOMES

TESTS_SHOWN = 6  # of a student

Cause = Literal["submission", "secret", "versions", "isolation", "weights"]
Kind = Literal["new", "gone", "changed"]


@dataclass(frozen=True)
class TestChange:
    """A test that ended otherwise; a status is empty where the test was not there."""

    id: str
    title: str
    before: str
    after: str
    points: float  # gained, or lost where negative


@dataclass(frozen=True)
class Change:
    """What is otherwise in one student's report of one assignment."""

    assignment: str
    student: str
    kind: Kind
    before: float | None  # final scores; None: there is none
    after: float | None
    most: float  # points
    statuses: tuple[str, str]  # of the reports; empty where there is none
    tests: tuple[TestChange, ...] = ()
    adjustments: tuple[tuple[str, Adjustment], ...] = ()  # "+" has come, "-" has gone
    causes: tuple[Cause, ...] = ()  # what was not the same


def compare(before: Report | None, after: Report | None) -> Change | None:
    """What became of one student's report; None if nothing that counts."""
    if before is None or after is None:
        return _alone(before, after)
    tests = tuple(_tests(before.tests, after.tests))
    adjustments = tuple(_adjustments(before.adjustments, after.adjustments))
    statuses = (before.status, after.status)
    is_same = before.final_score == after.final_score and before.status == after.status
    if is_same and not tests and not adjustments:
        return None
    return Change(
        after.assignment,
        after.submission.id,
        "changed",
        before.final_score,
        after.final_score,
        after.max_score,
        statuses,
        tests,
        adjustments,
        tuple(_causes(before, after)),
    )


def _alone(before: Report | None, after: Report | None) -> Change | None:
    one = after or before
    if one is None:
        return None
    return Change(
        one.assignment,
        one.submission.id,
        "new" if after else "gone",
        before.final_score if before else None,
        after.final_score if after else None,
        one.max_score,
        (before.status if before else "", after.status if after else ""),
    )


def _tests(before: Sequence[TestReport], after: Sequence[TestReport]) -> Iterator[TestChange]:
    """In the new order; those that are gone come last."""
    olds = {test.id: test for test in before}
    news = {test.id: test for test in after}
    for test_id in [*news, *(one for one in olds if one not in news)]:
        old, new = olds.get(test_id), news.get(test_id)
        old_end, new_end = (
            (one.status, one.score, one.max_score) if one else ("", 0.0, 0.0) for one in (old, new)
        )
        shown = new or old
        if old_end != new_end and shown:
            points = round(new_end[1] - old_end[1], 3)
            yield TestChange(test_id, shown.title, old_end[0], new_end[0], points)


def _adjustments(
    before: Sequence[Adjustment], after: Sequence[Adjustment]
) -> Iterator[tuple[str, Adjustment]]:
    yield from (("-", one) for one in before if one not in after)
    yield from (("+", one) for one in after if one not in before)


def _causes(before: Report, after: Report) -> Iterator[Cause]:
    pairs: tuple[tuple[Cause, object, object], ...] = (
        ("submission", before.submission.sha256, after.submission.sha256),
        ("secret", before.seed, after.seed),
        ("versions", before.versions, after.versions),
        ("isolation", before.isolation, after.isolation),
        ("weights", before.model, after.model),
    )
    return (cause for cause, old, new in pairs if old != new)


def summary(changes: Iterable[Change]) -> Mapping[str, Counter[str]]:
    """By assignment, how many students are new, gone, up, down, or the same in points."""
    counts: dict[str, Counter[str]] = {}
    for change in changes:
        counts.setdefault(change.assignment, Counter())[_direction(change)] += 1
    return counts


def by_test(changes: Iterable[Change]) -> Mapping[tuple[str, str], Counter[str]]:
    """By assignment and test, for how many students it gives more, fewer or as many points."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    for change in changes:
        for test in change.tests:
            counts.setdefault((change.assignment, test.id), Counter())[_way(test.points)] += 1
    return counts


def _way(points: float) -> str:
    return "up" if points > 0 else "down" if points < 0 else "same"


def _direction(change: Change) -> str:
    if change.kind != "changed":
        return change.kind
    if change.before is None or change.after is None:
        return "same" if change.before == change.after else "marks"
    return _way(change.after - change.before)


def change_lines(change: Change, language: Language) -> Iterator[str]:
    """Plain lines: the student and both scores, then each test and adjustment."""
    says = _CHINESE if language == "zh" else _ENGLISH
    scores = f"{_points(change.before)} → {_points(change.after)} / {change.most:g}"
    why = [says[change.kind]] if change.kind != "changed" else [says[one] for one in change.causes]
    told = f" ({', '.join(why)})" if why else ""
    yield f"{change.assignment} {change.student}: {scores}{told}"
    if change.kind == "changed" and change.statuses[0] != change.statuses[1]:
        yield f"  {says[change.statuses[0]]} → {says[change.statuses[1]]}"
    for test in change.tests[:TESTS_SHOWN]:
        ends = " → ".join(says[one or "absent"] for one in (test.before, test.after))
        yield f"  {test.points:+g}  {test.title}: {ends}"
    if len(change.tests) > TESTS_SHOWN:
        yield f"  {says['more'].format(len(change.tests) - TESTS_SHOWN)}"
    for sign, one in change.adjustments:
        yield f"  {sign} {says[one.kind]} {one.points:+g}: {one.reason}"


def summary_lines(changes: Sequence[Change], of: int, language: Language) -> Iterator[str]:
    """How many students of how many it touched, and which tests, the most frequent first."""
    says = _CHINESE if language == "zh" else _ENGLISH
    yield says["total"].format(len(changes), of)
    for name, counts in summary(changes).items():
        told = ", ".join(f"{says[way]} {counts[way]}" for way in _WAYS if counts[way])
        yield f"{name}: {told}"
    ranked = sorted(by_test(changes).items(), key=lambda one: (-one[1].total(), one[0]))
    for (name, test), counts in ranked:
        told = ", ".join(f"{says[way]} {counts[way]}" for way in _WAYS if counts[way])
        yield f"  {name} {test}: {told}"


def _points(score: float | None) -> str:
    return "–" if score is None else f"{score:g}"


_WAYS = ("up", "down", "marks", "same", "new", "gone")
_ENGLISH = {
    "total": "{} of {} reports changed",
    "more": "and {} more tests",
    "up": "more points:",
    "down": "fewer points:",
    "same": "the same points:",
    "marks": "marks gained or lost altogether:",
    "new": "only in the new run",
    "gone": "only in the old run",
    "absent": "absent",
    "submission": "another submission",
    "secret": "another secret",
    "versions": "other versions",
    "isolation": "another isolation",
    "weights": "other weights",
    **{one: one for one in OUTCOMES},
}  # fmt: skip
_CHINESE = OUTCOMES | {
    "total": "{1} 份报告中有 {0} 份变了",
    "more": "另有 {} 个测试",
    "up": "分数上升：",
    "down": "分数下降：",
    "same": "分数不变：",
    "marks": "从无成绩到有，或相反：",
    "new": "只在新的结果里",
    "gone": "只在旧的结果里",
    "absent": "没有",
    "submission": "提交的内容不同",
    "secret": "密钥不同",
    "versions": "版本不同",
    "isolation": "隔离不同",
    "weights": "权重不同",
}
