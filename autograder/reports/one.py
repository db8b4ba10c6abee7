"""One report for the terminal: points, and of each test that lost some, why and where."""

from __future__ import annotations

from collections.abc import Iterator

from rich.markup import escape

from autograder.course.assignment import Language
from autograder.reports.bars import bar_lines
from autograder.reports.diagnoses import diagnosis_lines
from autograder.reports.maps import scale_of, shade
from autograder.reports.schema import ExerciseReport, Report, TensorDifference, TestReport
from autograder.reports.visible import visible
from autograder.reports.words import word

WIDTH = 20  # columns of a bar of points
_MARKS = {"passed": "[green]✓[/]", "partial": "[yellow]◐[/]"}
_INKS = " ·░▒▓█?"  # one a shade, the last for what is no number
_LABELS = {"time": "时间", "features": "特征"}


def report_lines(report: Report, language: Language) -> Iterator[str]:
    """Lines of rich markup; what would not show in a text shows, and none is taken for markup."""
    yield from _head(report, language)
    for exercise in report.exercises:
        tests = [test for test in report.tests if test.exercise == exercise.id]
        if tests:
            yield from _exercise(exercise, tests, language)
    for one in report.adjustments:
        yield f"\n{word(one.kind, language)} {one.points:+g}: {_text(one.reason)}"
    versions = ", ".join(f"{key} {value}" for key, value in report.versions.items())
    yield (
        f"\n[dim]{_text(report.started_at)} · {word('isolation', language)} "
        f"{_text(report.isolation)} · {word('weights', language)} {_text(report.model)} · "
        f"{word('seed', language)} {report.seed} · SHA-256 {_text(report.submission.sha256)} · "
        f"{_text(versions)}[/]"
    )


def _head(report: Report, language: Language) -> Iterator[str]:
    final = "–" if report.final_score is None else f"{report.final_score:g}"
    yield (
        f"[bold]{_text(report.submission.id)}[/] · {_text(report.assignment)} · "
        f"{word(report.status, language)} · [bold]{final}[/] / {report.max_score:g}"
    )
    if report.reason:
        yield _text(report.reason)


def _exercise(
    exercise: ExerciseReport, tests: list[TestReport], language: Language
) -> Iterator[str]:
    filled = round(WIDTH * exercise.score / exercise.max_score) if exercise.max_score else 0
    drawn = "█" * filled + "░" * (WIDTH - filled)
    points = f"{exercise.score:g} / {exercise.max_score:g}"
    yield f"\n[bold]{_text(exercise.title)}[/]  {drawn} {points}"
    for test in tests:
        yield from _test(test, language)


def _test(test: TestReport, language: Language) -> Iterator[str]:
    hidden = f" ({word('hidden', language)})" if test.visibility == "hidden" else ""
    mark = _MARKS.get(test.status, "[red]✗[/]")
    yield f"  {mark} {_text(test.title)}{hidden}  [dim]{test.score:g} / {test.max_score:g}[/]"
    if test.status != "passed":
        yield f"    [dim]{_text(test.id)}[/]"
        for line in (test.message or word(test.status, language)).splitlines():
            yield f"    {_text(line)}"
        yield from (f"    [cyan]{_text(line)}[/]" for line in diagnosis_lines(test, language))
        for difference in test.differences:
            yield from _map(difference, language)
        if test.hint:
            yield f"    [dim]{word('hint', language)}: {_text(test.hint)}[/]"
    for picture in test.pictures:
        yield from (f"    {visible(line)}" for line in bar_lines(picture, language))
    yield from (f"    [dim]{_text(note)}[/]" for note in test.notes)


def _map(difference: TensorDifference, language: Language) -> Iterator[str]:
    """Where a tensor differs, darker where it does more; nothing where there is no map."""
    if not difference.map:
        return
    scale = scale_of(difference.map)
    axes = f"↓ {_label('time', language)}, → {_label('features', language)}"
    yield f"    [dim]{_text(difference.name)} ({axes})[/]"
    for row in difference.map:
        drawn = "".join(_INKS[shade(letter, scale)] for letter in row)
        yield f"    [dim]│[/]{drawn}[dim]│[/]"


def _label(english: str, language: Language) -> str:
    return _LABELS[english] if language == "zh" else english


def _text(text: str) -> str:
    return escape(visible(text))
