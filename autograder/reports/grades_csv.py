"""grades.csv: one row a student, for a spreadsheet or a gradebook."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from autograder.course.assignment import Assignment
from autograder.reports.schema import Report

_FORMULA_STARTS = tuple("=+-@\t\r\uff1d\uff0b\uff0d\uff20")  # also in full width


def grades_csv(assignment: Assignment, reports: Iterable[Report]) -> bytes:
    """UTF-8 with a BOM, so that spreadsheets read Chinese; points as plain numbers."""
    out = io.StringIO()
    writer = csv.writer(out)
    names = [exercise.id for exercise in assignment.exercises]
    writer.writerow(["student", "status", "score", "final_score", "max_score", *names, "reason"])
    for report in reports:
        points = [exercise.score for exercise in report.exercises]
        writer.writerow([
            _cell(report.submission.id), report.status, _number(report.score),
            _number(report.final_score), f"{report.max_score:g}",
            *(_number(one if report.score is not None else None) for one in points),
            _cell(report.reason.partition("\n")[0]),
        ])  # fmt: skip
    return out.getvalue().encode("utf-8-sig")


def _number(number: float | None) -> str:
    return "" if number is None else f"{number:g}"


def _cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula: students choose their folder's name."""
    return f"'{text}" if text.lstrip(" \"'").startswith(_FORMULA_STARTS) else text
