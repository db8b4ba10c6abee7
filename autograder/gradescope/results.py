"""A report → results.json, as Gradescope's autograder specification has it. Pure.

A student's words are among the messages: each text says that it is text, so that no markup in it is
rendered. Hidden tests wait for the due date; until then Gradescope keeps the total back, too.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import msgspec

from autograder.course.assignment import Assignment, Language
from autograder.reports.diagnoses import diagnosis_lines
from autograder.reports.schema import Adjustment, Report, TestReport
from autograder.reports.words import word

Visibility = Literal["visible", "hidden", "after_due_date", "after_published"]
Format = Literal["text"]

_NOT_GRADED = {"en": "Not graded: this is no mark", "zh": "未评分：这不是成绩"}


class Row(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One of `tests`."""

    name: str
    status: Literal["passed", "failed"] | None = None
    score: float | None = None
    max_score: float | None = None
    number: str | None = None
    output: str | None = None
    output_format: Format | None = None
    name_format: Format | None = None
    tags: tuple[str, ...] | None = None
    visibility: Visibility | None = None


class Standing(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One of `leaderboard`."""

    name: str
    value: float
    order: Literal["asc"] | None = None


class Results(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The whole file. Without a score where nothing was graded: that is no zero."""

    output: str
    output_format: Format
    visibility: Visibility  # of tests without their own
    stdout_visibility: Visibility
    tests: tuple[Row, ...]
    score: float | None = None
    execution_time: int | None = None  # seconds
    leaderboard: tuple[Standing, ...] | None = None


def encode_results(results: Results) -> bytes:
    return msgspec.json.format(msgspec.json.encode(results), indent=2) + b"\n"


def results_of(
    report: Report, assignment: Assignment, notes: Sequence[str], language: Language
) -> Results:
    """`notes` are lines about the run as a whole, for the student to see."""
    if report.final_score is None:
        return not_graded([*notes, report.reason], language)
    seen = _seen_beside_hidden(report)
    adjustments = (_adjustment(one, seen, language) for one in report.adjustments)
    rows = [*_tests(report, language), *adjustments]
    return _results(
        "\n".join([*notes, *_summary(report, language)]),
        rows,
        score=report.final_score,
        execution_time=math.ceil(report.duration_s),
        leaderboard=tuple(_standings(report, assignment)),
    )


def not_graded(lines: Sequence[str], language: Language) -> Results:
    """What to show where our machine or the course is at fault: no score at all."""
    told = "\n".join(filter(None, lines))
    title = _NOT_GRADED[language]
    row = Row(name=title, status="failed", output=told, output_format="text")
    return _results(f"{title}\n{told}", [row])


def _results(
    output: str,
    rows: Sequence[Row],
    score: float | None = None,
    execution_time: int | None = None,
    leaderboard: tuple[Standing, ...] = (),
) -> Results:
    return Results(
        output=output,
        output_format="text",
        visibility="visible",
        stdout_visibility="hidden",
        tests=tuple(rows),
        score=score,
        execution_time=execution_time,
        leaderboard=leaderboard or None,
    )


def _summary(report: Report, language: Language) -> Iterator[str]:
    if report.reason:
        yield report.reason
    yield (  # no score: Gradescope shows one when hidden tests may be told
        f"{word('isolation', language)} {report.isolation} · {word('seed', language)} "
        f"{report.seed} · SHA-256 {report.submission.sha256}"
    )


def _tests(report: Report, language: Language) -> Iterator[Row]:
    """A row a test, in order; of a submission that was rejected a row an exercise."""
    titles = {one.id: one.title for one in report.exercises}
    if not report.tests:
        for number, one in enumerate(report.exercises, start=1):
            yield Row(name=one.title, number=str(number), score=one.score,
                      max_score=one.max_score, status="failed", name_format="text")  # fmt: skip
    counted: dict[str, int] = dict.fromkeys(titles, 0)
    for test in report.tests:
        counted[test.exercise] += 1
        place = f"{list(titles).index(test.exercise) + 1}.{counted[test.exercise]}"
        yield _test(test, place, titles, language)


def _test(test: TestReport, number: str, titles: Mapping[str, str], language: Language) -> Row:
    told = (test.message, *diagnosis_lines(test, language), test.hint, *test.notes)
    return Row(
        name=f"{titles[test.exercise]}: {test.title}",
        name_format="text",
        number=number,
        score=test.score,
        max_score=test.max_score,
        status="passed" if test.status == "passed" else "failed",
        output="\n".join(filter(None, told)),
        output_format="text",
        tags=(test.exercise,),
        visibility="after_due_date" if test.visibility == "hidden" else "visible",
    )


def _seen_beside_hidden(report: Report) -> Visibility:
    """Of what is reckoned from the total, which hidden tests are in."""
    has_hidden = any(test.visibility == "hidden" for test in report.tests)
    return "after_due_date" if has_hidden else "visible"


def _adjustment(one: Adjustment, visibility: Visibility, language: Language) -> Row:
    """Beside the tests: what changed the score, and why. A percentage of it would give it away."""
    return Row(
        name=f"{word(one.kind, language)} {one.points:+g}",
        name_format="text",
        score=one.points,
        max_score=0.0,
        status="passed" if one.points >= 0 else "failed",
        output=one.reason,
        output_format="text",
        visibility=visibility,
    )


def _standings(report: Report, assignment: Assignment) -> Iterator[Standing]:
    """The student's own bar of the test that the assignment names, if the test drew one."""
    board = assignment.leaderboard
    if board is None:
        return
    for test in (one for one in report.tests if one.id == board.test):
        for bar in (bar for picture in test.pictures for bar in picture.bars if bar.yours):
            order: Literal["asc"] | None = "asc" if board.order == "asc" else None
            yield Standing(name=board.name, value=bar.value, order=order)
            return
