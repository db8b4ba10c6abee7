"""Where things stand in a reference: its lines, statements, expressions, strings and comments.

libcst finds the nodes; all that leaves this file is spans: (start, stop) offsets into the text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst
from libcst.metadata import (
    CodePosition,
    ExpressionContext,
    ExpressionContextProvider,
    MetadataWrapper,
    PositionProvider,
    WhitespaceInclusivePositionProvider,
)

Span = tuple[int, int]

BOM = "\ufeff"
NEWLINE = re.compile(r"\r\n?|\n")  # what Python takes for the end of a line
HEADED = (
    *(cst.FunctionDef, cst.ClassDef, cst.If, cst.For, cst.While, cst.With, cst.Try, cst.TryStar),
    *(cst.Else, cst.ExceptHandler, cst.ExceptStarHandler, cst.Finally, cst.MatchCase),
)


class Lines:
    """A text's lines, below its byte order mark: from line and column, as libcst counts them, to
    offset, and back."""

    def __init__(self, text: str) -> None:
        self._text = text
        top = len(BOM) if text.startswith(BOM) else 0
        self._starts = [top, *(newline.end() for newline in NEWLINE.finditer(text))]

    def start(self, line: int) -> int:
        """The offset at which a line starts; past the last line, the end of the text."""
        return self._starts[line - 1] if line <= len(self._starts) else len(self._text)

    def offset(self, position: CodePosition) -> int:
        return self.start(position.line) + position.column

    def line(self, offset: int) -> int:
        return bisect_right(self._starts, offset)

    def indent(self, offset: int) -> str:
        """What stands on the line before an offset."""
        return self._text[self.start(self.line(offset)) : offset]


@dataclass(frozen=True)
class Layout:
    """The spans of one source, by what they hold."""

    text: str
    lines: Lines
    comments: dict[int, str]  # those on a line of their own, by line
    all_comments: tuple[Span, ...]
    strings: tuple[Span, ...]  # f-strings too, with all that is in them
    expressions: tuple[Span, ...]  # where a value is read, with and without their parentheses
    logical: dict[int, Span]  # simple statements, compound headers and decorators, by first line
    bodies: dict[int, tuple[Span, ...]]  # a statement and those after it in its body, by first line
    crowded: frozenset[int]  # first lines of several statements with semicolons between them


def read_layout(text: str) -> Layout:
    """Finds the spans of a text. Raises libcst.ParserSyntaxError."""
    return _Reader(text).layout()


class _Reader:
    """A parsed text with libcst's metadata at hand."""

    def __init__(self, text: str) -> None:
        wrapper = MetadataWrapper(cst.parse_module(text.removeprefix(BOM)))
        self._text = text
        self._lines = Lines(text)
        self._tight = wrapper.resolve(PositionProvider)
        self._loose = wrapper.resolve(WhitespaceInclusivePositionProvider)
        self._contexts = wrapper.resolve(ExpressionContextProvider)
        self._nodes = tuple(_walk(wrapper.module))

    def layout(self) -> Layout:
        comments = [self._span(node) for node in self._nodes if isinstance(node, cst.Comment)]
        simple = [node for node in self._nodes if isinstance(node, cst.SimpleStatementLine)]
        return Layout(
            text=self._text,
            lines=self._lines,
            comments={
                self._lines.line(start): self._text[start:stop]
                for start, stop in comments
                if not self._lines.indent(start).strip()
            },
            all_comments=tuple(comments),
            strings=tuple(
                self._span(node)
                for node in self._nodes
                if isinstance(node, cst.SimpleString | cst.FormattedString)
            ),
            expressions=tuple(self._expressions()),
            logical={self._lines.line(span[0]): span for span in self._logical()},
            bodies=dict(self._bodies()),
            crowded=frozenset(
                self._lines.line(self._span(node)[0]) for node in simple if len(node.body) > 1
            ),
        )

    def _span(self, node: cst.CSTNode) -> Span:
        """From a node's first to its last character that means something."""
        place = self._tight[node]
        return self._lines.offset(place.start), self._lines.offset(place.end)

    def _full_span(self, node: cst.CSTNode) -> Span:
        """The same with the white space, comments and parentheses that belong to the node."""
        place = self._loose[node]
        return self._lines.offset(place.start), self._lines.offset(place.end)

    def _expressions(self) -> Iterator[Span]:
        keywords = {node.keyword for node in self._nodes if isinstance(node, cst.Arg)}
        named = (cst.Name, cst.Attribute, cst.Subscript, cst.List, cst.Tuple)
        for node in self._nodes:
            if not isinstance(node, cst.BaseExpression) or node in keywords:
                continue
            if isinstance(node, named) and self._contexts.get(node) is not ExpressionContext.LOAD:
                continue  # a target of an assignment, or a name that is no value
            yield self._span(node)
            if node.lpar:
                yield self._full_span(node)

    def _logical(self) -> Iterator[Span]:
        for node in self._nodes:
            if isinstance(node, cst.SimpleStatementLine | cst.Decorator):
                yield self._span(node)
            elif isinstance(node, cst.Match):
                yield self._span(node)[0], self._full_span(node.whitespace_after_colon)[0]
            elif isinstance(node, HEADED):
                yield self._span(node)[0], self._header_stop(node.body)

    def _header_stop(self, body: cst.BaseSuite) -> int:
        """The end of a compound statement's logical line, which a one-line body is part of."""
        if isinstance(body, cst.SimpleStatementSuite):
            return self._span(body)[1]
        return self._full_span(body)[0]

    def _bodies(self) -> Iterator[tuple[int, tuple[Span, ...]]]:
        for node in self._nodes:
            if isinstance(node, cst.Module | cst.IndentedBlock):
                spans = tuple(map(self._whole, node.body))
                for index, (start, _) in enumerate(spans):
                    yield self._lines.line(start), spans[index:]

    def _whole(self, node: cst.BaseStatement | cst.SimpleStatementLine) -> Span:
        """A whole statement: decorators with it, and the comments inside a compound one's body."""
        start, stop = self._span(node)
        if isinstance(node, cst.SimpleStatementLine):
            return start, stop
        if isinstance(node, cst.FunctionDef | cst.ClassDef) and node.decorators:
            start = self._span(node.decorators[0])[0]
        # libcst's own idea of which comments below are still inside depends on blank lines further
        # down, so tell it by indentation.
        indent = re.escape(self._lines.indent(start))
        rest = re.compile(rf"[^\r\n]*(?:\s*[\r\n]{indent}[ \t]+#[^\r\n]*)*")
        inside = rest.match(self._text, stop)
        assert inside, "a pattern that also matches nothing"
        return start, stop + len(inside[0].rstrip())


def _walk(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Every node in order of place, but for those inside an f-string: they are part of a string."""
    yield node
    if not isinstance(node, cst.FormattedString):
        for child in node.children:
            yield from _walk(child)
