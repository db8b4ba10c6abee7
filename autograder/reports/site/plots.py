"""The numbers behind the pictures: bins of a histogram, paths of a strip, where a bar begins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from autograder.reports.bars import span
from autograder.reports.schema import Picture

BINS = 10


@dataclass(frozen=True)
class Bin:
    """How many scores lie from `low` to below `high`, in percent; the last holds all above, too."""

    low: int
    high: int
    count: int
    height: float  # 0…1, of the fullest bin


@dataclass(frozen=True)
class Ink:
    """The places of one letter in a strip, as a path of SVG; a place is 1 × 1."""

    letter: str
    path: str


@dataclass(frozen=True)
class DrawnBar:
    """A bar of a picture: where it begins and how long it is, in percent of the width."""

    start: float
    length: float


def histogram(shares: Iterable[float]) -> list[Bin]:
    """Of scores as shares of the points, from 0."""
    counts = [0] * BINS
    for share in shares:
        counts[max(0, min(BINS - 1, int(share * BINS + 1e-9)))] += 1
    most = max(counts) or 1
    width = 100 // BINS
    return [Bin(number * width, (number + 1) * width, count, count / most)
            for number, count in enumerate(counts)]  # fmt: skip


def strip(letters: str) -> list[Ink]:
    """A strip from left to right: an element a letter, however long it is."""
    paths: dict[str, list[str]] = {}
    start = 0
    for letter, group in groupby(letters):
        length = len(list(group))
        paths.setdefault(letter, []).append(f"M{start} 0h{length}v1h-{length}z")
        start += length
    return [Ink(letter, "".join(path)) for letter, path in paths.items()]


def drawn(picture: Picture) -> Sequence[DrawnBar]:
    spans = (span(bar, picture) for bar in picture.bars)
    return [DrawnBar(100 * start, max(0.5, 100 * length)) for start, length in spans]
