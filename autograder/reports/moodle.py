"""A grading worksheet that Moodle imports: Assignment, "Upload grading worksheet".

Of its columns Moodle reads Identifier, Grade, Last modified (grade), and the feedback that is
switched on; the headings are those of a Moodle in English. A row without a grade is passed over,
and so is a grade above the assignment's maximum there. Gradebook import by CSV takes the same file,
mapped by Username.
"""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Iterable

from autograder.course.assignment import Language
from autograder.intake.uploads import numbered
from autograder.reports.cells import adjustments_text, number_cell, text_cell
from autograder.reports.schema import Report
from autograder.reports.words import main_line

COLUMNS = (
    "Identifier", "Full name", "Username", "Grade", "Maximum Grade", "Last modified (grade)",
    "Feedback comments",
)  # fmt: skip


def moodle_csv(reports: Iterable[Report], language: Language) -> bytes:
    """UTF-8, a row a student; feedback is HTML, as Moodle takes it."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for report in reports:
        known = numbered(report.submission.id)
        writer.writerow([
            f"Participant {known[1]}" if known else "",
            text_cell(known[0] if known else report.submission.id),
            "" if known else text_cell(report.submission.id),
            number_cell(report.final_score),
            number_cell(report.max_score),
            "",  # no time: what Moodle has graded already stays, unless the box is ticked
            text_cell(_feedback(report, language)),
        ])  # fmt: skip
    return out.getvalue().encode()


def _feedback(report: Report, language: Language) -> str:
    """What was adjusted and why, and what went wrong first: a student's words among them."""
    lines = [adjustments_text(report.adjustments, "\n"), main_line(report, language)]
    return "<br>".join(html.escape(line) for text in lines for line in text.splitlines())
