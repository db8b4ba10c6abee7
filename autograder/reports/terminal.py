"""The table of a class for the terminal: student, score, per exercise, what went wrong first."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from rich.markup import escape
from rich.table import Table

from autograder.course.assignment import Assignment, Language
from autograder.reports.schema import ExerciseReport, Report
from autograder.reports.words import main_line, word


def class_table(assignment: Assignment, reports: Sequence[Report], language: Language) -> Table:
    """One row a student, in the order given; columns of points carry their maximum."""
    title = f"{assignment.name} · {escape(assignment.title.in_language(language))}"
    table = Table(title=title, title_justify="left", caption=_caption(reports, language),
                  caption_justify="left")  # fmt: skip
    table.add_column(word("student", language), no_wrap=True)
    table.add_column(f"{word('score', language)}\n/ {assignment.max_score:g}", justify="right")
    for exercise in assignment.exercises:
        table.add_column(f"{exercise.id}\n/ {exercise.points:g}", justify="right")
    table.add_column(word("what went wrong first", language), ratio=1)
    for report in reports:
        points = [_points(exercise, report) for exercise in report.exercises]
        table.add_row(
            escape(report.submission.id), _score(report, language), *points,
            escape(main_line(report, language)),
        )  # fmt: skip
    return table


def _score(report: Report, language: Language) -> str:
    if report.final_score is None:
        return f"[red]{word(report.status, language)}[/]"
    colour = {0.0: "red", report.max_score: "green"}.get(report.final_score, "yellow")
    return f"[bold {colour}]{report.final_score:g}[/]"


def _points(exercise: ExerciseReport, report: Report) -> str:
    if report.status == "ungradable":
        return "–"
    full = exercise.score == exercise.max_score
    return f"[green]{exercise.score:g}[/]" if full else f"{exercise.score:g}"


def _caption(reports: Sequence[Report], language: Language) -> str:
    scores = [report.final_score for report in reports if report.final_score is not None]
    if not scores:
        return ""
    return (
        f"{len(reports)} {word('students', language)} · {word('mean', language)} "
        f"{statistics.mean(scores):.1f} · {word('median', language)} "
        f"{statistics.median(scores):.1f}"
    )
