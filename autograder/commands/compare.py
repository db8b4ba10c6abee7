"""`autograder compare`: what a regrade changed, and for whom."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from autograder.commands.report import read_report
from autograder.course.assignment import Language
from autograder.errors import CourseError
from autograder.reports import compare_runs
from autograder.reports.schema import Report
from autograder.reports.visible import visible


def compare(old: Path, new: Path, *, lang: Language) -> int:
    """Prints each student whose marks or tests changed, then how many, and which tests.

    `old` and `new` are two reports, two folders of an assignment's reports, or two of all.
    """
    changes, count = [], 0
    for before, after in _pairs(old, new):
        count += 1
        if change := compare_runs.compare(before, after):
            changes.append(change)
            for line in compare_runs.change_lines(change, lang):
                print(visible(line))
    for line in compare_runs.summary_lines(changes, count, lang):
        print(visible(line))
    return 0


def _pairs(old: Path, new: Path) -> Iterator[tuple[Report | None, Report | None]]:
    """The reports with one name, read one pair at a time."""
    if old.is_file() and new.is_file():
        yield read_report(old), read_report(new)
        return
    olds, news = _found(old), _found(new)
    for name in sorted({*olds, *news}):
        yield _read(olds.get(name)), _read(news.get(name))


def _read(path: Path | None) -> Report | None:
    return read_report(path) if path else None


def _found(folder: Path) -> dict[str, Path]:
    """Reports by their path in a folder of reports, or of one assignment's."""
    paths = list(folder.glob("*/*.json")) or list(folder.glob("*.json"))
    if not paths:
        raise CourseError(
            f"{folder}: no reports in it. Do: name a report, or a folder that `grade` wrote"
        )
    return {path.relative_to(folder).as_posix(): path for path in paths}
