"""Error maps: where in a tensor's last two axes the differences lie, a character a cell.

`0` is within the tolerance. Then come LETTERS, each a factor of 10^¼ more: `1` up to 1.8 times the
tolerance, `4` up to 10 times, and so on; the last has all that is beyond. `z` is no finite number.
A cell of a large tensor stands for a block of it and tells the largest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MOST_ROWS = 24
MOST_COLUMNS = 48
LETTERS = "0123456789abcdefghijklmnopqrstuvwxy"
NOT_FINITE = "z"
STEPS_PER_DECADE = 4
SHADES = 5  # in which a picture tells the letters from 1 on


@dataclass(frozen=True)
class Shade:
    """The cells of one colour: 0 within the tolerance, 1 … SHADES, or SHADES + 1: no number."""

    number: int
    most: str  # times the tolerance
    path: str  # of SVG, a cell being 1 × 1


def size(rows: Sequence[str]) -> tuple[int, int]:
    """Rows and columns."""
    return len(rows), max(map(len, rows), default=0)


def scale_of(rows: Sequence[str]) -> tuple[int, int]:
    """The lowest and the highest level of a map, as numbers, of what is outside the tolerance."""
    levels = [level for row in rows for letter in row if (level := LETTERS.find(letter)) > 0]
    return (min(levels), max(levels)) if levels else (1, 1)


def shade(letter: str, scale: tuple[int, int]) -> int:
    """The colour of a cell: the highest level of its map has the darkest, the lowest the palest."""
    level = LETTERS.find(letter)
    if level < 1:
        return 0 if level == 0 else SHADES + 1
    lowest, highest = scale
    width = highest - lowest
    return 1 + round((level - lowest) * (SHADES - 1) / width) if width else SHADES


def shades(rows: Sequence[str]) -> list[Shade]:
    """The cells of a map by colour, those colours that it has."""
    scale = scale_of(rows)
    paths: dict[int, list[str]] = {}
    tops: dict[int, int] = {}
    for letter in {letter for row in rows for letter in row}:
        number = shade(letter, scale)
        tops[number] = max(tops.get(number, 0), LETTERS.find(letter))
    for y, row in enumerate(rows):
        for x, length, number in _runs([shade(letter, scale) for letter in row]):
            paths.setdefault(number, []).append(f"M{x} {y}h{length}v1h-{length}z")
    return [Shade(number, _most(tops[number]), "".join(paths[number]))
            for number in sorted(paths)]  # fmt: skip


def _most(level: int) -> str:
    """How many times the tolerance a difference of a level is at most."""
    ratio = 10 ** (level / STEPS_PER_DECADE)
    return f"{float(f'{ratio:.2g}'):,g}" if ratio < 1e5 else f"{ratio:.0e}"


def _runs(numbers: Sequence[int]) -> list[tuple[int, int, int]]:
    """Start, length and number of each run of equal numbers."""
    found: list[tuple[int, int, int]] = []
    for x, number in enumerate(numbers):
        if found and found[-1][2] == number:
            start, length, _ = found.pop()
            found.append((start, length + 1, number))
        else:
            found.append((x, 1, number))
    return found
