"""A small bar picture as lines of text for the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len
from rich.markup import escape

from autograder.course.assignment import Language
from autograder.reports.schema import Bar, Picture
from autograder.reports.words import word

WIDTH = 24  # columns of the longest bar
_EIGHTHS = " ▏▎▍▌▋▊▉"


def bar_lines(picture: Picture, language: Language) -> Iterator[str]:
    """Lines of rich markup: the title, then a label, a bar and its number each."""
    yield escape(picture.title)
    labels = max((cell_len(bar.label) for bar in picture.bars), default=0)
    for bar in picture.bars:
        label = escape(bar.label + " " * (labels - cell_len(bar.label)))
        colour = "green" if bar.right else "red" if bar.yours else "dim"
        drawn = _drawn(share(bar, picture))
        yield f"  {label} [{colour}]{drawn}[/] {bar.value:6.3f}{marks(bar, language)}"


def share(bar: Bar, picture: Picture) -> float:
    """How much of the width a bar takes, 0…1: from 0, or the lowest below it, to the largest."""
    values = [one.value for one in picture.bars]
    low, high = min(0.0, *values), max(values)
    return (bar.value - low) / (high - low) if high > low else 0.0


def marks(bar: Bar, language: Language) -> str:
    """What is to be said of a bar: that it is right, that it is the student's."""
    said = [word(what, language) for what, so in (("right", bar.right), ("yours", bar.yours)) if so]
    return f"  {', '.join(said)}" if said else ""


def _drawn(part: float) -> str:
    eighths = max(1, round(part * WIDTH * 8))  # the smallest can be seen too
    text = "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()
    return text.ljust(WIDTH)
