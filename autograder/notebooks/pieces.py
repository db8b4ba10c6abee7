"""A reference cut into pieces for the cells of a notebook: one a function, class or run of lines.

Each piece comes as the reference, as the student's template, and as nbgrader's solution cell, in
which the statements with a gap stand between `### BEGIN SOLUTION` and `### END SOLUTION`.
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from autograder.course.assignment import Language
from autograder.course.gaps import HOLE, parse
from autograder.course.masking import Gap, Masked, fill_gaps

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"

_Span = tuple[int, int]


@dataclass(frozen=True)
class Piece:
    """Some whole top-level statements of a file."""

    name: str  # of its function or class, or of the one it follows
    template: str
    solution: str  # the reference, its solutions marked
    exercises: tuple[str, ...]  # of its gaps, one for each


@dataclass(frozen=True)
class _Answer:
    """A gap in the reference: where its answer stands, and the lines that must go with it."""

    gap: Gap
    span: _Span  # offsets
    lines: _Span  # the first and the last, from 1


@dataclass(frozen=True)
class _Region:
    """Lines that are the student's to write, and the gaps in them."""

    lines: _Span
    answers: tuple[_Answer, ...]


def pieces(masked: Masked, language: Language) -> tuple[Piece, ...]:
    """The pieces in order. `if __name__ == "__main__":` is left out: in a notebook, it is true."""
    cutter = _Cutter(masked, language)
    return tuple(cutter.pieces())


class _Cutter:
    def __init__(self, masked: Masked, language: Language) -> None:
        text = fill_gaps(masked.template, [gap.answer for gap in masked.gaps])
        self._text = text
        self._lines = text.splitlines(keepends=True)
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line))
        self._tree = parse(text)
        self._language = language
        self._answers = [self._answer(*one) for one in _placed(masked.gaps)]
        self._regions = _merged(self._answers)

    def pieces(self) -> Iterator[Piece]:
        above, last = 1, "top"
        for group in self._groups():
            bottom = group[-1].end_lineno or 0
            lines = (above, bottom)
            above = bottom + 1
            if _is_main(group[0]):
                continue
            name = getattr(group[0], "name", None)
            template = self._template((self._starts[lines[0] - 1], self._starts[lines[1]]))
            yield Piece(
                name=name or ("top" if last == "top" else f"after-{last}"),
                template=_trimmed(template),
                solution=_trimmed("".join(self._solution(lines))),
                exercises=tuple(one.gap.exercise for one in self._answers
                                if lines[0] <= one.lines[0] <= lines[1]),
            )  # fmt: skip
            last = name or last

    def _groups(self) -> Iterator[list[ast.stmt]]:
        """Top-level statements that stay together: those of one line or region, and plain ones."""
        group: list[ast.stmt] = []
        for node in self._tree.body:
            if group and not self._belong(group[-1], node):
                yield group
                group = []
            group.append(node)
        if group:
            yield group

    def _belong(self, one: ast.stmt, other: ast.stmt) -> bool:
        first, last = one.end_lineno or 0, _top(other)
        if first == last or any(r.lines[0] <= first < r.lines[1] for r in self._regions):
            return True
        return not any(map(_stands_alone, (one, other)))

    def _solution(self, lines: _Span) -> Iterator[str]:
        """The lines with marks; above each solution its first hint, and how the template has it."""
        begin = {one.lines[0]: one for one in self._regions}
        end = {one.lines[1]: one for one in self._regions}
        for number in range(lines[0], lines[1] + 1):
            line = self._lines[number - 1]
            if number in begin:
                yield from self._opening(begin[number])
            yield line if line.endswith("\n") else f"{line}\n"
            if number in end:
                yield f"{self._indent(end[number])}{END}\n"

    def _opening(self, region: _Region) -> Iterator[str]:
        indent = self._indent(region)
        for answer in region.answers:
            hints = answer.gap.released.hints_in(self._language)[:1]
            yield from (f"{indent}# {hint}\n" for hint in hints)
        first, last = region.lines
        shown = textwrap.dedent(self._template((self._starts[first - 1], self._starts[last])))
        if shown.strip() != HOLE:  # else it says no more than that there is something to write
            yield from (f"{indent}#     {line}".rstrip() + "\n" for line in shown.splitlines())
        yield f"{indent}{BEGIN}\n"

    def _indent(self, region: _Region) -> str:
        line = self._lines[region.lines[0] - 1]
        return line[: len(line) - len(line.lstrip())]

    def _template(self, span: _Span) -> str:
        """The reference between two offsets, each answer in it a `[MASK]`."""
        text, at = "", span[0]
        for start, stop in (one.span for one in self._answers if span[0] <= one.span[0] < span[1]):
            text += self._text[at:start] + HOLE
            at = stop
        return text + self._text[at : span[1]]

    def _answer(self, gap: Gap, span: _Span) -> _Answer:
        lines = self._line(span[0]), self._line(max(span[0], span[1] - 1))
        if not gap.parts:
            around = min((_extent(node) for node in ast.walk(self._tree)
                          if isinstance(node, ast.stmt) and _covers(_extent(node), lines)),
                         key=lambda extent: extent[1] - extent[0])  # fmt: skip
            lines = around
        return _Answer(gap, span, lines)

    def _line(self, offset: int) -> int:
        return self._text.count("\n", 0, offset) + 1


def _placed(gaps: Sequence[Gap]) -> Iterator[tuple[Gap, _Span]]:
    offset = 0
    for gap in gaps:
        start = offset + len(gap.before)
        offset = start + len(gap.answer)
        yield gap, (start, offset)


def _merged(answers: Sequence[_Answer]) -> list[_Region]:
    """The lines of all answers, those that overlap as one."""
    regions: list[_Region] = []
    for one in sorted(answers, key=lambda answer: answer.lines):
        last = regions[-1] if regions else None
        if last and one.lines[0] <= last.lines[1]:
            lines = last.lines[0], max(last.lines[1], one.lines[1])
            regions[-1] = _Region(lines, (*last.answers, one))
        else:
            regions.append(_Region(one.lines, (one,)))
    return regions


def _extent(node: ast.stmt) -> _Span:
    return _top(node), node.end_lineno or 0


def _top(node: ast.stmt) -> int:
    """The first line, with decorators."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(one.lineno for one in decorators)])


def _covers(extent: _Span, lines: _Span) -> bool:
    return extent[0] <= lines[0] and lines[1] <= extent[1]


def _stands_alone(node: ast.stmt) -> bool:
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    return isinstance(node, kinds) or _is_main(node)


def _is_main(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and "__name__" in ast.unparse(node.test)


def _trimmed(text: str) -> str:
    """Without blank lines at either end, in Unix lines."""
    lines = text.replace("\r\n", "\n").split("\n")
    while lines and not lines[0].strip():
        lines.pop(0)
    return "\n".join(lines).rstrip()
