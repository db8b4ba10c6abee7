"""grades.csv: one row a student, for a spreadsheet or a gradebook."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from autograder.course.assignment import Assignment
from autograder.reports.cells import adjustments_text, number_cell, text_cell
from autograder.reports.schema import Report


def grades_csv(assignment: Assignment, reports: Iterable[Report]) -> bytes:
    """UTF-8 with a BOM, so that spreadsheets read Chinese; points as plain numbers."""
    out = io.StringIO()
    writer = csv.writer(out)
    names = [exercise.id for exercise in assignment.exercises]
    marks = ["score", "final_score", "max_score"]
    writer.writerow(["student", "status", *marks, *names, "adjustments", "reason"])
    for report in reports:
        points = [exercise.score for exercise in report.exercises]
        writer.writerow([
            text_cell(report.submission.id), report.status, number_cell(report.score),
            number_cell(report.final_score), f"{report.max_score:g}",
            *(number_cell(one if report.score is not None else None) for one in points),
            text_cell(adjustments_text(report.adjustments)),
            text_cell(report.reason.partition("\n")[0]),
        ])  # fmt: skip
    return out.getvalue().encode("utf-8-sig")
