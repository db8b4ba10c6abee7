"""A class for the terminal: a table of points, and for each student what went wrong first."""

from __future__ import annotations

import statistics
from collections.abc import Collection, Iterable

from rich import box
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from autograder.course.assignment import Assignment, Language
from autograder.reports.bars import bar_lines
from autograder.reports.schema import ExerciseReport, Report
from autograder.reports.words import main_line, word

WIDE = 140  # columns from which the problems fit into the table of points


def class_summary(
    assignment: Assignment, reports: Collection[Report], language: Language, width: int
) -> RenderableType:
    """One row a student, in the order given: points under their maximum, then the averages.

    What went wrong first stands in the last column, or in a list below where `width` is small;
    one line a student either way, cut at its end, as the report has it whole. Of a student alone
    the pictures follow.
    """
    title = Text(f"{assignment.name} · {assignment.title.in_language(language)}", style="bold")
    averages = Text(_averages(reports, language), style="italic")
    pictures = _pictures(next(iter(reports)), language) if len(reports) == 1 else []
    if width >= WIDE:
        points = _points(assignment, reports, language, problems=True)
        return Group(title, points, averages, *pictures)
    points = _points(assignment, reports, language, problems=False)
    return Group(title, points, averages, Text(), _problems(reports, language), *pictures)


def _points(
    assignment: Assignment, reports: Iterable[Report], language: Language, *, problems: bool
) -> Table:
    padding = (0, 1, 0, 0) if problems else 0
    table = Table(box=box.SIMPLE_HEAD, padding=padding, show_edge=False, expand=problems)
    table.add_column(word("student", language), no_wrap=True)
    points = f"{word('score', language)}\n{assignment.max_score:g}"
    table.add_column(points, justify="right", no_wrap=True)
    for exercise in assignment.exercises:
        table.add_column(f"{exercise.id}\n{exercise.points:g}", justify="right")
    if problems:
        table.add_column(word("what went wrong first", language), no_wrap=True, ratio=1)
    for report in reports:
        cells = [_exercise(exercise, report) for exercise in report.exercises]
        last = [Text(main_line(report, language))] if problems else []
        table.add_row(Text(report.submission.id), _score(report, language), *cells, *last)
    return table


def _problems(reports: Iterable[Report], language: Language) -> Table:
    table = Table(box=None, pad_edge=False, expand=True)
    table.add_column(word("student", language), no_wrap=True)
    table.add_column(word("what went wrong first", language), no_wrap=True, ratio=1)
    for report in reports:
        table.add_row(Text(report.submission.id), Text(main_line(report, language)))
    return table


def _pictures(report: Report, language: Language) -> list[Text]:
    lines: list[str] = []
    for test in report.tests:
        for picture in test.pictures:
            lines += ["", *bar_lines(picture, language)]
        lines += [f"  {escape(note)}" for note in test.notes]
    for one in report.adjustments:
        lines += ["", f"{word(one.kind, language)} {one.points:+g}: {escape(one.reason)}"]
    return [Text.from_markup(line) for line in lines]


def _score(report: Report, language: Language) -> Text:
    if report.final_score is None:
        return Text(word(report.status, language), style="red")
    full = report.final_score >= report.max_score
    colour = "green" if full else "yellow" if report.final_score else "red"
    return Text(f"{report.final_score:.4g}", style=f"bold {colour}")


def _exercise(exercise: ExerciseReport, report: Report) -> Text:
    if report.final_score is None:
        return Text("–")
    full = exercise.score == exercise.max_score
    return Text(f"{exercise.score:.4g}", style="green" if full else "")


def _averages(reports: Collection[Report], language: Language) -> str:
    scores = [report.final_score for report in reports if report.final_score is not None]
    if len(reports) == 1 or not scores:
        return ""
    return (
        f"{len(reports)} {word('students', language)} · {word('mean', language)} "
        f"{statistics.mean(scores):.1f} · {word('median', language)} "
        f"{statistics.median(scores):.1f}"
    )
