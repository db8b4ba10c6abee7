"""`autograder report`: one report, for a person at a terminal."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from autograder.course.assignment import Language
from autograder.errors import CourseError
from autograder.reports.one import report_lines
from autograder.reports.schema import Report, decode


def report(file: Path, *, lang: Language) -> int:
    """Prints a report. Its texts are in the language it was written in, the labels in `lang`."""
    console = Console(highlight=False)
    for line in report_lines(read_report(file), lang):
        console.print(line, soft_wrap=True)
    return 0


def read_report(file: Path) -> Report:
    """Raises CourseError for what is no report."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise CourseError(
            f"{file}: {error.strerror}. Do: name a report, such as reports/gpt2/s01.json"
        ) from error
    return decode(data, file)
