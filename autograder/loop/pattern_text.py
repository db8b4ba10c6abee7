"""An attention pattern in characters, the student's beside the reference's, in 80 columns."""

from __future__ import annotations

import math
from collections.abc import Iterator

from rich.text import Text
from torch import Tensor

from autograder.course.assignment import Language
from autograder.grading.pattern import Pattern
from autograder.loop.words import say

_SHADES = " ░▒▓█"
_LABEL = 8  # columns of a token's name
SAME = 1e-3  # what no eye would see


def pattern_lines(pattern: Pattern, language: Language) -> Iterator[Text]:
    """Rows look, columns are looked at; the darker, the more."""
    yield Text(say("each row looks at the columns; the darker, the more", language), "dim")
    size = len(pattern.tokens)
    for head, (yours, expected) in enumerate(zip(pattern.yours, pattern.expected, strict=True)):
        gap = " " * 4
        title = say("head {n}", language, n=head + 1)
        heads = (_cut(word, 2 * size + 2) for word in (say("yours", language), pattern.reference))
        yield Text(f"\n{_cut(title, _LABEL)} {gap.join(heads)}", "bold")
        for token, row, wanted in zip(pattern.tokens, yours, expected, strict=True):
            yield Text(f"{_cut(token, _LABEL)} {_cells(row)}{gap}{_cells(wanted)}")
        yield _verdict(pattern.tokens, yours, expected, language)


def _verdict(tokens: tuple[str, ...], yours: Tensor, expected: Tensor, language: Language) -> Text:
    gaps = (yours - expected).abs()
    largest = gaps.max().item()
    if largest < SAME:
        return Text(f"{' ' * _LABEL} {say('the same', language)}", "green")
    row, column = divmod(int(gaps.argmax()), len(tokens))
    told = say(
        "most unlike at row {row}, column {column}: yours {yours:.2f}, expected {expected:.2f}",
        language,
        row=f"{row + 1} ({tokens[row]})",
        column=f"{column + 1} ({tokens[column]})",
        yours=yours[row, column].item(),
        expected=expected[row, column].item(),
    )
    return Text(f"{' ' * _LABEL} {told}", "red")


def _cells(row: Tensor) -> str:
    return f"│{''.join(map(_cell, row.tolist()))}│"


def _cell(weight: float) -> str:
    """Two characters; what is no weight at all is shown as such."""
    if not -SAME <= weight <= 1 + SAME:
        return "<0" if weight < 0 else ">1"
    return 2 * _SHADES[min(math.ceil(weight * 4 - SAME), 4)]


def _cut(text: str, columns: int) -> str:
    """In just so many columns."""
    line = Text(text)
    line.truncate(columns, pad=True)
    return line.plain
