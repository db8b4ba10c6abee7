"""Finds answers that still stand in what is released: code, comments, tests, handouts.

Only text of four tokens or more counts. A hint that tells the answer in other words goes unseen.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from autograder.course.layout import NEWLINE
from autograder.course.masking import Gap

FEWEST_TOKENS = 4

# White space, quotes, comment signs and line breaks (also written `\\n`) separate and don't count,
# so that code is the same in a string, a comment, prose and JSON.
_TOKEN = re.compile(
    r"""\\[nrt]|[\s"'`#\\]+"""
    r"""|(?P<token>[A-Za-z_][A-Za-z0-9_]*|\d+(?:\.\d+)?[A-Za-z0-9_]*|[^\W\x00-\x7f]+"""
    r"""|\*\*=?|//=?|>>=?|<<=?|->|\.\.\.|[-+*/%@&|^=!<>:]=|[^\w\s])"""
)


@dataclass(frozen=True, order=True)
class Leak:
    """An answer, or a statement of it, that a student would read in a released file."""

    path: str
    line: int
    exercise: str
    name: str

    def __str__(self) -> str:
        answer = f"{self.exercise}/{self.name}"
        return f"{self.path}:{self.line}: the answer to {answer} still stands here"


def find_leaks(gaps: Iterable[Gap], released: Mapping[str, str]) -> tuple[Leak, ...]:
    """Where answers stand in released files (path to text), in order of path and line."""
    owners: dict[str, list[Gap]] = {}
    for gap in gaps:
        for needle in _needles(gap):
            owners.setdefault(needle, []).append(gap)
    leaks = {
        Leak(path, line, gap.exercise, gap.name)
        for path, text in released.items()
        for needle, line in _find(text, owners)
        for gap in owners[needle]
    }
    return tuple(sorted(leaks))


def tokens(text: str) -> list[str]:
    """The tokens of code that may be anywhere, in prose too."""
    return [match["token"] for match in _TOKEN.finditer(text) if match["token"]]


def _needles(gap: Gap) -> Iterator[str]:
    """The answer and the statements in it, each as tokens between single spaces."""
    for text in (gap.answer, *gap.parts):
        found = tokens(text)
        if len(found) >= FEWEST_TOKENS:
            yield f" {' '.join(found)} "


def _find(text: str, needles: Collection[str]) -> Iterator[tuple[str, int]]:
    """Each needle's occurrences in a text: the needle, and the line on which it begins."""
    matches = [match for match in _TOKEN.finditer(text) if match["token"]]
    hay = f" {' '.join(match['token'] for match in matches)} "
    newlines = [newline.end() for newline in NEWLINE.finditer(text)]
    for needle in needles:
        at = hay.find(needle)
        while at >= 0:
            offset = matches[hay.count(" ", 0, at)].start()
            yield needle, bisect_right(newlines, offset) + 1
            at = hay.find(needle, at + 1)
