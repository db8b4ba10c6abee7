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
        drawn = _drawn(bar, picture)
        yield f"  {label} [{colour}]{drawn}[/] {bar.value:6.3f}{marks(bar, language)}"


def span(bar: Bar, picture: Picture) -> tuple[float, float]:
    """Where a bar begins and how long it is, as shares of the width: from zero to its value.

    The width goes from the lowest value, or zero, to the largest, or zero.
    """
    values = [one.value for one in picture.bars]
    low, high = min(0.0, *values), max(0.0, *values)
    width = (high - low) or 1.0
    return (min(0.0, bar.value) - low) / width, abs(bar.value) / width


def marks(bar: Bar, language: Language) -> str:
    """What is to be said of a bar: that it is right, that it is the student's."""
    said = [word(what, language) for what, so in (("right", bar.right), ("yours", bar.yours)) if so]
    return f"  {', '.join(said)}" if said else ""


def _drawn(bar: Bar, picture: Picture) -> str:
    """A full bar to the right of zero, a hollow one to its left."""
    start, length = span(bar, picture)
    if bar.value < 0:
        first, last = round(start * WIDTH), round((start + length) * WIDTH)
        text = " " * min(first, WIDTH - 1) + "░" * max(1, last - first)
    else:
        eighths = max(1, round(length * WIDTH * 8))  # the smallest can be seen too
        text = " " * round(start * WIDTH) + "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()
    return text[:WIDTH].ljust(WIDTH)
