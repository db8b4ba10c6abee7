"""`autograder export moodle` and `export canvas`: the marks in reports/ as files for an LMS."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from autograder.course.assignment import Assignment
from autograder.course.exporting import Export
from autograder.errors import CourseError
from autograder.intake.uploads import numbered
from autograder.reports.canvas import canvas_csv
from autograder.reports.filed import Filed
from autograder.reports.moodle import moodle_csv
from autograder.reports.schema import Report
from autograder.reports.whole import write_whole


def export_moodle(call: Export) -> Iterator[str]:
    """One assignment's marks: a worksheet is of one."""
    results = _graded(call)
    if len(results) > 1:
        names = ", ".join(assignment.name for assignment, _ in results)
        raise CourseError(f"{call.reports}: has {names}. Do: name one of them with --assignment")
    assignment, reports = results[0]
    write_whole(call.output, moodle_csv(reports, call.language))
    yield f"{call.output}: {assignment.name}, {len(reports)}"
    above = [one for one in reports if (one.final_score or 0) > assignment.max_score]
    if above:
        yield (
            f"{len(above)} above {assignment.max_score:g}, which Moodle passes over. "
            "Do: raise the assignment's maximum grade there"
        )


def export_canvas(call: Export) -> Iterator[str]:
    """The marks of all assignments that have reports."""
    results = _graded(call)
    write_whole(call.output, canvas_csv(results, call.language))
    for assignment, reports in results:
        yield f"{call.output}: {assignment.name}, {len(reports)}"
        changed = sum(any(one.kind != "bonus" for one in each.adjustments) for each in reports)
        if changed:
            yield f"{changed} with adjustments: Canvas takes no reasons, grades.csv has them"


def _graded(call: Export) -> list[tuple[Assignment, Collection[Report]]]:
    """The assignments that have reports."""
    found = [(one, Filed(call.reports / one.name, (), {}).with_earlier())
             for one in call.assignments]  # fmt: skip
    results: list[tuple[Assignment, Collection[Report]]] = [one for one in found if len(one[1])]
    if not results:
        raise CourseError(f"{call.reports}: no reports here. Do: autograder grade first")
    for _, reports in results:
        _refuse_twins(call.reports, reports)
    return results


def _refuse_twins(folder: Path, reports: Iterable[Report]) -> None:
    """An LMS would take one of two rows with a person's number, and nobody knows which."""
    seen: dict[str, str] = {}
    for report in reports:
        student = report.submission.id
        if (known := numbered(student)) and (
            other := seen.setdefault(known[1], student)
        ) != student:
            raise CourseError(
                f"{folder}: {other} and {student} have one number. "
                "Do: delete the reports of the one that does not count"
            )
