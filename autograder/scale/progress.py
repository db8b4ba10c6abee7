"""How far a run has come: a bar on a terminal, plain lines elsewhere, JSON lines for programs."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Iterator
from typing import Literal, TypeVar

import msgspec
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from autograder.scale.results import Graded

_Item = TypeVar("_Item")
Style = Literal["bar", "lines", "json"]
EVERY_S = 30.0  # seconds between plain lines; what is done sooner needs none


def usual_style() -> Style:
    """A bar where a person watches it."""
    return "bar" if sys.stderr.isatty() else "lines"


def with_progress(
    results: Iterable[Graded], style: Style, name: str, total: int
) -> Iterator[Graded]:
    """The results as they come, `total` of them, and meanwhile how many of `name` are done.

    Bars and plain lines go to stderr, JSON lines to stdout.
    """
    if style == "json":
        return _json(results, name, total)
    return (_bar if style == "bar" else _lines)(results, name, total)


def counted(items: Iterable[_Item], name: str, total: int) -> Iterator[_Item]:
    """Whatever comes, and meanwhile how many there have been, as on this terminal is usual."""
    return (_bar if usual_style() == "bar" else _lines)(items, name, total)


def _bar(results: Iterable[_Item], name: str, total: int) -> Iterator[_Item]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
               TimeElapsedColumn(), TextColumn("·"), TimeRemainingColumn())  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(name, total=total)
        for result in results:
            progress.advance(task)
            yield result


def _lines(results: Iterable[_Item], name: str, total: int) -> Iterator[_Item]:
    first = told = time.monotonic()
    for done, result in enumerate(results, start=1):
        yield result
        now = time.monotonic()
        if done == 1:
            first = now  # what came before was getting ready
        elif now - told >= EVERY_S:
            told = now
            left = (now - first) / (done - 1) * (total - done)
            print(
                f"{name}: {done} of {total}, about {left:.0f} s left", file=sys.stderr, flush=True
            )


def _json(results: Iterable[Graded], name: str, total: int) -> Iterator[Graded]:
    is_heard = True
    for done, result in enumerate(results, start=1):
        yield result
        report = result.report
        line = {
            "assignment": name,
            "student": report.submission.id,
            "status": report.status,
            "score": report.final_score,
            "max_score": report.max_score,
            "kept": result.is_kept,
            "done": done,
            "total": total,
        }
        is_heard = is_heard and _print(msgspec.json.encode(line).decode())


def _print(line: str) -> bool:
    """Whether anybody still reads; a reader that has gone ends no grading."""
    try:
        print(line, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return False
    return True
