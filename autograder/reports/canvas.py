"""A file for Canvas's gradebook: Grades, Import. A column an assignment, a row a student.

Canvas knows a student by ID, else by SIS Login ID, else by name, and an assignment by its title, or
by a number in parentheses behind it; it asks before it makes a new one. An empty cell changes
nothing. There is no place for a reason: a column more would be an assignment.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Sequence

from autograder.course.assignment import Assignment, Language
from autograder.intake.uploads import numbered
from autograder.reports.cells import number_cell, text_cell
from autograder.reports.schema import Report

COLUMNS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")  # in this order
POINTS = "    Points Possible"  # of the second row, as Canvas exports it


def canvas_csv(results: Sequence[tuple[Assignment, Iterable[Report]]], language: Language) -> bytes:
    """UTF-8; `results` are assignments with their reports."""
    grades: dict[str, dict[str, str]] = defaultdict(dict)  # by student and assignment
    for assignment, reports in results:
        for report in reports:
            grades[report.submission.id][assignment.name] = number_cell(report.final_score)
    out = io.StringIO()
    writer = csv.writer(out)
    names = [assignment.name for assignment, _ in results]
    titles = [text_cell(assignment.title.in_language(language)) for assignment, _ in results]
    writer.writerow([*COLUMNS, *titles])
    most = [number_cell(assignment.max_score) for assignment, _ in results]
    writer.writerow([POINTS, *[""] * (len(COLUMNS) - 1), *most])
    for student in sorted(grades):
        writer.writerow([*_who(student), *(grades[student].get(name, "") for name in names)])
    return out.getvalue().encode()


def _who(student: str) -> list[str]:
    """By number where the upload had one; else the id is taken for the login."""
    if known := numbered(student):
        name, number = known
        return [text_cell(name), number, "", "", ""]
    return [text_cell(student), "", "", text_cell(student), ""]
