"""Where a student's file answers each gap of the template: spans of its text, and what is there."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.course.gaps import GapInfo, answers, holes_in, parse

NEWLINE = re.compile(r"\r\n?|\n")  # what Python takes for the end of a line
LONGEST = 2000  # characters of an answer that is told from another; beyond, none is like another


@dataclass(frozen=True)
class Answer:
    """What stands in a gap's place: `text[start:stop]` of the student's file."""

    gap: GapInfo
    start: int
    stop: int
    lines: range  # of the file, from 1
    is_open: bool  # a `[MASK]` still stands in it
    form: str  # the same for answers that are the same code; empty where that is not known


def find_answers(source: str, gaps: Sequence[GapInfo]) -> tuple[Answer, ...]:
    """The answers to those gaps of which the place can be told, in order of place.

    A file that does not parse has none. `source` is as handed in: with its own line ends and byte
    order mark.
    """
    try:
        tree = parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    found: dict[int, tuple[GapInfo, list[ast.expr | ast.stmt]]] = {}
    for gap, node in answers(tree, gaps):
        found.setdefault(gap.number, (gap, []))[1].append(node)
    text = _Text(source)
    spans = (_answer(gap, nodes, text) for gap, nodes in found.values())
    return tuple(sorted(spans, key=lambda answer: (answer.start, answer.stop)))


def _answer(gap: GapInfo, nodes: Sequence[ast.expr | ast.stmt], text: _Text) -> Answer:
    start = min(text.offset(node.lineno, node.col_offset) for node in nodes)
    stop = max(text.offset(node.end_lineno or 1, node.end_col_offset or 0) for node in nodes)
    lines = range(min(node.lineno for node in nodes),
                  max(node.end_lineno or node.lineno for node in nodes) + 1)  # fmt: skip
    is_open = any(holes_in(node) for node in nodes)
    return Answer(gap, start, stop, lines, is_open, _form(nodes, stop - start))


def _form(nodes: Sequence[ast.expr | ast.stmt], length: int) -> str:
    if length > LONGEST:
        return ""
    try:
        return "\n".join(ast.dump(node) for node in nodes)
    except RecursionError:
        return ""


class _Text:
    """A text by line and column, which Python counts in bytes of UTF-8."""

    def __init__(self, source: str) -> None:
        self._source = source
        top = len(source) - len(source.removeprefix("\ufeff"))
        self._starts = [top, *(newline.end() for newline in NEWLINE.finditer(source))]

    def offset(self, line: int, column: int) -> int:
        start = self._starts[line - 1]
        head = self._source[start : start + column].encode()[:column]
        return start + len(head.decode(errors="ignore"))
