"""What each mark of a reference covers: one expression, one statement, or a block of them."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass

from autograder.course.layout import Layout, Span
from autograder.course.marks import BLOCK, Mark, refusal
from autograder.errors import CourseError

_LAYOUT_TOKENS = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.ENDMARKER)
_COMMENTS = re.compile(r"(?:\s|#[^\r\n]*+)*+")


@dataclass(frozen=True)
class Place:
    """What a mark covers, and the logical line around it, as offsets into the reference."""

    mark: Mark
    span: Span
    around: Span


def find_places(layout: Layout, marks: tuple[Mark, ...], path: str) -> tuple[Place, ...]:
    """The places of all marks, in order. Raises CourseError where one's meaning is in doubt."""
    finder = _Finder(layout, {mark.line: mark for mark in marks}, path)
    return tuple(sorted(map(finder.place, marks), key=lambda place: place.span))


@dataclass(frozen=True)
class _Finder:
    layout: Layout
    marks: Mapping[int, Mark]  # by line
    path: str

    def place(self, mark: Mark) -> Place:
        if mark.target == BLOCK:
            span = self._block(mark)
            return Place(mark, span, span)
        below = mark.below
        while below in self.marks:  # several marks may stand above one line
            below = self.marks[below].below
        if below not in self.layout.logical:
            remedy = "put it directly above the first line of what it masks"
            raise self._refusal(mark, "no statement begins on the line below this mark", remedy)
        if mark.target:
            return Place(mark, self._expression(mark, below), self.layout.logical[below])
        span = self._statement(mark, below)
        return Place(mark, span, span)

    def _expression(self, mark: Mark, line: int) -> Span:
        wanted = self._wanted(mark)
        start, stop = self.layout.logical[line]
        found = {
            span
            for span in self.layout.expressions
            if start <= span[0]
            and span[1] <= stop
            and _tokens(self.layout.text[slice(*span)]) == wanted
        }
        if len(found) == 1:
            return found.pop()
        if found:
            reason = f"`{mark.target}` matches {len(found)} times in line {line}"
            raise self._refusal(mark, reason, "mark a longer expression, or mask the statement")
        reason = f"`{mark.target}` matches no expression of line {line}"
        raise self._refusal(mark, reason, "copy one whole expression of that line, as it is read")

    def _wanted(self, mark: Mark) -> list[str]:
        try:
            ast.parse(f"({mark.target}\n)", mode="eval")
        except SyntaxError:
            reason = f"a malformed mark: `{mark.target}` is not an expression"
            remedy = "write one expression, `begin`, or nothing for the whole statement"
            raise self._refusal(mark, reason, remedy) from None
        return _tokens(mark.target)

    def _statement(self, mark: Mark, line: int) -> Span:
        if line not in self.layout.bodies:
            reason = f"line {line} is only a part of a statement"
            raise self._refusal(mark, reason, "mark the whole statement, or one expression of it")
        if line in self.layout.crowded:
            reason = f"several statements stand on line {line}"
            raise self._refusal(mark, reason, "put each on its own line, or mark a block")
        return self.layout.bodies[line][0]

    def _block(self, mark: Mark) -> Span:
        lines = self.layout.lines
        first = self._first_code_line(mark)
        if first not in self.layout.bodies:
            reason = "this block does not begin with a whole statement"
            raise self._refusal(mark, reason, "put whole statements of one body into it")
        top, bottom = lines.start(mark.below), lines.start(_end(mark))
        inside = [span for span in self.layout.bodies[first] if span[0] < bottom]
        if inside[-1][1] > bottom:
            reason = "this block ends inside a statement"
            raise self._refusal(mark, reason, "move `# [MASK end]` below the statement")
        if not _COMMENTS.fullmatch(self.layout.text[inside[-1][1] : bottom].lstrip(" \t;")):
            reason = "this block leaves the body in which it begins"
            raise self._refusal(mark, reason, "put whole statements of one body into it")
        text = self.layout.text[top:bottom]
        span = bottom - len(text.lstrip()), top + len(text.rstrip())
        if lines.indent(span[0]) != lines.indent(inside[0][0]):
            reason = "the comment at the top of this block is indented otherwise than its code"
            raise self._refusal(mark, reason, "indent it as the code")
        return span

    def _first_code_line(self, mark: Mark) -> int | None:
        lines = self.layout.lines
        for line in range(mark.below, _end(mark)):
            text = self.layout.text[lines.start(line) : lines.start(line + 1)].strip()
            if text and not text.startswith("#"):
                return line
        return None

    def _refusal(self, mark: Mark, reason: str, remedy: str) -> CourseError:
        return refusal(self.path, mark.line, reason, remedy)


def _end(mark: Mark) -> int:
    assert mark.end is not None, "the grammar closes every block"
    return mark.end


def _tokens(expression: str) -> list[str]:
    """An expression's tokens, so that white space and line breaks don't matter."""
    lines = io.StringIO(f"({expression}\n)", newline=None)
    tokens = tokenize.generate_tokens(lines.readline)
    return [token.string for token in tokens if token.type not in _LAYOUT_TOKENS]
