"""Gaps as the template carries them, and those that a student's file still leaves open.

The file is parsed, never run. This names what is unfilled; it does not judge what was filled in.
"""

from __future__ import annotations

import ast
import functools
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

HOLE = "[MASK]"
UNFILLED_ERROR = "NameError: name 'MASK' is not defined"  # what running one raises
MOST_PAIRS = 100_000  # statements of template times student, in one scope: beyond, no numbers


class GapInfo(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One gap of a template, without its answer: this is released to students.

    `before` and `after` strung together in order, with a `[MASK]` after each `before`, are the
    template's own text: a student's file is laid against it to tell which gaps are still open.
    """

    number: int  # from 1, in order of place in the template
    exercise: str
    name: str
    scope: str  # qualified name such as "MLP.__init__"; "" at the top of the file
    statement: str  # its logical line in the template
    hints: tuple[str, ...]
    hints_zh: tuple[str, ...] = ()
    before: str = ""  # the template's text between the gap before and this one
    after: str = ""  # the text below the last gap; empty for the others

    def hints_in(self, language: str) -> tuple[str, ...]:
        """From a nudge to nearly the answer."""
        return (self.hints_zh if language == "zh" else ()) or self.hints


@dataclass(frozen=True)
class Unfilled:
    """A `[MASK]` that still stands in a student's file; number None: not one of the template's."""

    number: int | None
    exercise: str | None
    name: str | None
    line: int  # in the student's file, from 1
    hints: tuple[str, ...] = ()
    hints_zh: tuple[str, ...] = ()

    def hints_in(self, language: str) -> tuple[str, ...]:
        """From a nudge to nearly the answer; none of a `[MASK]` that is not the template's."""
        return (self.hints_zh if language == "zh" else ()) or self.hints

    def __str__(self) -> str:
        if self.number is None:
            return f"the MASK in line {self.line} is not filled yet"
        return f"gap {self.number}, {self.exercise} {self.name}, line {self.line} is not filled yet"


@dataclass(frozen=True)
class _Line:
    """A statement and where it is nested, in classes and functions, and in which bodies."""

    node: ast.stmt
    scope: str
    body: str  # such as "/body/orelse"


@dataclass(frozen=True)
class _Match:
    """One way to lay statements of a template against a student's: its worth, and its pairs.

    `answer` is a gap for whole statements, and one of the student's in its place.
    """

    worth: int = 0
    pair: tuple[ast.stmt, ast.stmt] | None = None
    rest: _Match | None = None
    answer: tuple[ast.stmt, ast.stmt] | None = None

    def __iter__(self) -> Iterator[_Match]:
        match: _Match | None = self
        while match is not None:
            yield match
            match = match.rest


@dataclass(frozen=True)
class _Template:
    """A template's statements by scope, and the gap behind each of its holes."""

    scopes: Mapping[str, Sequence[_Line]]  # those that have a hole
    gap_of: Mapping[ast.expr, GapInfo]


@dataclass(frozen=True)
class Hole:
    """Where the name MASK stands in a syntax tree: as `[MASK]`, or bare where one misused it."""

    node: ast.expr
    scope: str
    bare: bool


def dump_gaps(gaps: Sequence[GapInfo]) -> str:
    """The gaps of one file as indented JSON, the same text for the same gaps."""
    return msgspec.json.format(msgspec.json.encode(gaps), indent=2).decode() + "\n"


def load_gaps(text: str) -> tuple[GapInfo, ...]:
    """What `dump_gaps` wrote. Raises msgspec.DecodeError where the text is something else."""
    return msgspec.json.decode(text, type=tuple[GapInfo, ...])


def unfilled(source: str, gaps: Sequence[GapInfo]) -> tuple[Unfilled, ...]:
    """The gaps that a student's file leaves open, in order of line.

    A file that does not parse has none: importing it says what is wrong with it. Of gaps for whole
    statements that stand side by side, one may be taken for another where an answer is longer than
    one statement: the text does not tell.
    """
    try:
        tree = parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    origin = _origins(tree, gaps)
    return tuple(_unfilled(hole, origin.get(hole.node)) for hole in holes(tree))


def answers(
    tree: ast.Module, gaps: Sequence[GapInfo]
) -> Iterator[tuple[GapInfo, ast.expr | ast.stmt]]:
    """Each gap with what stands in its place, be it a `[MASK]` still, where that can be told.

    The answer to a gap for whole statements comes statement by statement.
    """
    template = _template(tuple(gaps))
    for match in _matches(tree, template):
        for shape, code in _holes_filled(match):
            yield template.gap_of[shape], code
        for one in match:
            if one.answer and isinstance(one.answer[0], ast.Expr):
                yield template.gap_of[one.answer[0].value], one.answer[1]


def parse(source: str) -> ast.Module:
    """The syntax tree, read past a byte-order mark as Python reads a file. Raises SyntaxError."""
    with warnings.catch_warnings(action="ignore"):  # of odd escapes: the import shows them
        return ast.parse(source.removeprefix("\ufeff"))


def holes(tree: ast.Module) -> tuple[Hole, ...]:
    """Every use of the name MASK, in order of place."""
    found = [
        Hole(node, line.scope, isinstance(node, ast.Name))
        for line in _statements(tree)
        for node in _holes_of(line.node)
    ]
    return tuple(sorted(found, key=lambda hole: (hole.node.lineno, hole.node.col_offset)))


def holes_in(node: ast.AST) -> bool:
    """Whether the name MASK stands in a statement or expression, or in statements inside it."""
    return any(_is_mask(inner) for inner in ast.walk(node))


def _unfilled(hole: Hole, gap: GapInfo | None) -> Unfilled:
    line = hole.node.lineno
    if gap is None:
        return Unfilled(None, None, None, line)
    return Unfilled(gap.number, gap.exercise, gap.name, line, gap.hints, gap.hints_zh)


def _origins(tree: ast.Module, gaps: Sequence[GapInfo]) -> dict[ast.expr, GapInfo]:
    """From each hole of a student's tree to the gap it came from, where that can be told."""
    template = _template(tuple(gaps))
    return {
        hole: template.gap_of[shape]
        for match in _matches(tree, template)
        for shape, code in _holes_filled(match)
        for hole in _holes_of(code)
    }


@functools.lru_cache(maxsize=16)
def _template(gaps: tuple[GapInfo, ...]) -> _Template:
    tree = parse("".join(gap.before + HOLE + gap.after for gap in gaps))
    scopes = {scope: shapes for scope, shapes in _by_scope(tree).items()
              if any(_holes_of(shape.node) for shape in shapes)}  # fmt: skip
    nodes = (hole.node for hole in holes(tree))
    return _Template(scopes, dict(zip(nodes, gaps, strict=True)))


def _matches(tree: ast.Module, template: _Template) -> Iterator[_Match]:
    """The best way to lay a student's tree against the template, one for each scope with holes."""
    written = _by_scope(tree)
    return (_align(shapes, written.get(scope, [])) for scope, shapes in template.scopes.items())


def _holes_filled(match: _Match) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Each hole of the template's statements with what stands in its place in the student's."""
    return (filled for one in match if one.pair for filled in _filled(*one.pair))


def _statements(tree: ast.Module) -> Iterator[_Line]:
    """Every statement, in order of place; by a stack: code may nest deeply."""
    stack = [_Line(node, "", "") for node in reversed(tree.body)]
    while stack:
        line = stack.pop()
        yield line
        node, scope = line.node, line.scope
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            scope = f"{scope}.{node.name}" if scope else node.name
        inner = [_Line(child, scope, line.body + body) for body, child in _inner_statements(node)]
        stack.extend(reversed(inner))


def _inner_statements(node: ast.AST, body: str = "") -> Iterator[tuple[str, ast.stmt]]:
    """The statements directly inside a statement, with the name of the body that holds them."""
    for field, value in ast.iter_fields(node):
        for index, child in enumerate(value if isinstance(value, list) else ()):
            if isinstance(child, ast.stmt):
                yield f"{body}/{field}", child
            elif isinstance(child, ast.ExceptHandler | ast.match_case):
                yield from _inner_statements(child, f"{body}/{field}-{index}")


def _by_scope(tree: ast.Module) -> dict[str, list[_Line]]:
    scopes: dict[str, list[_Line]] = {}
    for line in _statements(tree):
        scopes.setdefault(line.scope, []).append(line)
    return scopes


def _holes_of(node: ast.AST) -> list[ast.expr]:
    """The uses of MASK in one statement or expression itself, not in statements inside it."""
    found: list[ast.expr] = []
    stack = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, ast.expr) and (_is_hole(item) or _is_mask(item)):
            found.append(item)
            continue
        inner = ast.iter_child_nodes(item)
        stack.extend(child for child in inner if not isinstance(child, ast.stmt))
    return found


def _is_hole(node: object) -> bool:
    return isinstance(node, ast.List) and len(node.elts) == 1 and _is_mask(node.elts[0])


def _is_mask(node: object) -> bool:
    return isinstance(node, ast.Name) and node.id == "MASK"


def _is_whole_gap(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and (_is_hole(node.value) or _is_mask(node.value))


def _align(shapes: Sequence[_Line], codes: Sequence[_Line]) -> _Match:
    """Pairs the template's statements with the student's, in order, as many as fit.

    A longest common subsequence, so that lines added, changed or removed shift no number. A gap
    for whole statements may also swallow a run of the student's, its answer. This only decides
    between ways with as many pairs: first for that in which more gaps have an answer, then for that
    which leaves fewer statements over, then for that with more of them in the right body.
    """
    if len(shapes) * len(codes) > MOST_PAIRS:
        return _Match()
    answer_worth = 2 * len(codes) + 1  # more than all statements swallowed, in the right body
    pair_worth = answer_worth * (len(shapes) + 2)
    below = [_Match()] * (len(codes) + 1)  # the best ways for the shapes below, by code
    for shape in reversed(shapes):
        swallow = below[-1]
        here = [below[-1]]  # from the last code to the first
        for index in reversed(range(len(codes))):
            code = codes[index]
            level = int(shape.body == code.body)
            ways = [below[index], here[-1]]
            if worth := _worth(shape.node, code.node):
                rest = below[index + 1]
                total = rest.worth + worth * pair_worth + level
                ways.insert(0, _Match(total, (shape.node, code.node), rest))
            if _is_whole_gap(shape.node):
                answer = (shape.node, code.node)
                swallow = _Match(swallow.worth + 1 + level, None, swallow, answer)
                ways.append(_Match(swallow.worth + answer_worth, None, swallow))
                swallow = max(below[index], swallow, key=_worth_of)
            here.append(max(ways, key=_worth_of))
        below = here[::-1]
    return below[0]


def _worth_of(match: _Match) -> int:
    return match.worth


def _worth(shape: ast.stmt, code: ast.stmt) -> int:
    """Nothing for a pair that does not fit, else one, and one more for each gap still open in it:
    a `[MASK]` in a student's file comes from the template."""
    if _is_whole_gap(shape) and not _is_whole_gap(code):
        return 0
    if not _fits(shape, code):
        return 0
    return 1 + sum(bool(_holes_of(part)) for _, part in _filled(shape, code))


def _fits(shape: object, code: object) -> bool:
    """Whether `code` is `shape` with holes filled; statements inside them don't matter."""
    if _is_hole(shape):
        return isinstance(code, ast.expr)
    if type(shape) is not type(code):
        return False
    if isinstance(shape, ast.AST):
        return all(_fits(*pair) for pair in _parts(shape, code))
    if isinstance(shape, list) and isinstance(code, list):
        return len(shape) == len(code) and all(map(_fits, shape, code))
    return shape == code


def _parts(shape: object, code: object) -> Iterator[tuple[object, object]]:
    """The fields of two nodes of one type side by side, but for bodies."""
    if isinstance(shape, ast.AST):
        for field in shape._fields:
            pair = getattr(shape, field, None), getattr(code, field, None)
            if not any(map(_is_body, pair)):
                yield pair


def _is_body(part: object) -> bool:
    return isinstance(part, list) and bool(part) and isinstance(part[0], ast.stmt)


def _filled(shape: object, code: object) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Each hole of a shape with what stands in its place in the code that fits it."""
    if isinstance(shape, ast.expr) and isinstance(code, ast.expr) and _is_hole(shape):
        yield shape, code
    elif isinstance(shape, list) and isinstance(code, list):
        for pair in zip(shape, code, strict=True):
            yield from _filled(*pair)
    elif type(shape) is type(code):
        for pair in _parts(shape, code):
            yield from _filled(*pair)
