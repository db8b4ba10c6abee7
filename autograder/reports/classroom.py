"""A check in the form that GitHub Classroom's grading reporter takes from a step's output.

Its reporter reads base64 of a JSON object with `version`, `status`, `max_score` and `tests`, and
adds the tests' scores up. Classroom's points are whole, so each test's share is rounded such that
all of them together are the total, rounded down.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from autograder.reports.schema import Report

MOST_CHARACTERS = 200  # of a message; the whole result has to fit into an environment variable
_MOST_BYTES = 90_000  # of the result: a variable holds 128 KiB
_SLACK = 1e-9  # of sums of decimals

Status = Literal["pass", "fail", "error"]


class Test(msgspec.Struct, frozen=True, kw_only=True):
    """One test, or a submission that could not be read, as the reporter knows it."""

    name: str
    status: Status
    score: int
    message: str = ""
    test_code: str = ""
    filename: str = ""
    line_no: int = 0
    duration: float = 0.0  # seconds


class Result(msgspec.Struct, frozen=True, kw_only=True):
    version: int = 1
    status: Status
    max_score: int
    tests: tuple[Test, ...]


def classroom_result(reports: Sequence[Report]) -> bytes:
    """Base64 on one line."""
    data = msgspec.json.encode(_result(reports, MOST_CHARACTERS))
    if len(data) > _MOST_BYTES:
        data = msgspec.json.encode(_result(reports, 0))
    return base64.b64encode(data) + b"\n"


def _result(reports: Sequence[Report], characters: int) -> Result:
    tests = tuple(_tests(reports, characters))
    wrong = [test.status for test in tests if test.status != "pass"]
    return Result(
        status="error" if "error" in wrong else "fail" if wrong else "pass",
        max_score=_whole(sum(report.max_score for report in reports)),
        tests=tests,
    )


def _tests(reports: Sequence[Report], characters: int) -> Iterator[Test]:
    total = 0.0
    for report in reports:
        if report.status != "graded":
            status: Status = "fail" if report.status == "rejected" else "error"
            yield Test(name=report.assignment, status=status, score=0,
                       message=report.reason[:characters])  # fmt: skip
            continue
        for test in report.tests:
            points = _whole(total + test.score) - _whole(total)
            total += test.score
            yield Test(
                name=f"{report.assignment}: {test.title}",
                status="pass" if test.status == "passed" else "fail",
                score=points,
                message=test.message[:characters],
                test_code=test.id,
                filename=f"tests/{report.assignment}/{test.id.partition('::')[0]}",
                duration=test.duration_s,
            )


def _whole(points: float) -> int:
    return math.floor(points + _SLACK)
