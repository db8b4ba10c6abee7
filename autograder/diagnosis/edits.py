"""Puts known mistakes into a reference, found by structure: white space, comments and redundant
parentheses do not matter, so that an edit follows the reference as that is laid out anew. Pure.
"""

from __future__ import annotations

import dataclasses
import functools
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from autograder.course.layout import Lines, Span
from autograder.diagnosis.mistakes import Edit, Mistake
from autograder.errors import CourseError

_HOLE = re.compile(r"_[a-z]\w*")  # a name that stands for any expression
_LAYOUT = re.compile(  # fields of nodes that say how they are laid out, not what they mean
    r"whitespace|leading_|trailing_|lpar|rpar|lines_|header$|footer$|indent$|comma$|semicolon$"
)
_UNBOUND = (  # what needs parentheses nowhere
    *(cst.Name, cst.Attribute, cst.Subscript, cst.Call, cst.Integer, cst.Float, cst.SimpleString),
    *(cst.FormattedString, cst.List, cst.ListComp, cst.Dict, cst.DictComp, cst.Set, cst.SetComp),
)

_Bound = dict[str, cst.BaseExpression]  # holes, and the code that they stand for
_Body = Sequence[cst.SimpleStatementLine | cst.BaseCompoundStatement]
_Change = tuple[Span, str]  # where in a text, and what stands there instead


def edited(sources: Mapping[str, str], mistake: Mistake) -> dict[str, str]:
    """The sources, by file, with a mistake put in.

    Raises CourseError unless what each edit looks for stands in exactly one place of them.
    """
    changes: dict[str, list[_Change]] = {}
    for edit in mistake.edits:
        try:
            changes.setdefault(edit.file, []).append(_change(sources[edit.file], edit))
        except _Unfit as unfit:
            raise _refusal(mistake, f"{edit.find!r} {unfit}") from None
    for file, made in changes.items():
        made.sort()
        if any(one[0][1] > other[0][0] for one, other in pairwise(made)):
            raise _refusal(mistake, f"two edits of {file} overlap")
    return {**sources, **{file: _spliced(sources[file], made) for file, made in changes.items()}}


def _refusal(mistake: Mistake, cause: str) -> CourseError:
    return CourseError(f"mistakes/{mistake.name}.toml: {cause}. "
                       "Do: write the edit as the reference has it")  # fmt: skip


class _Unfit(Exception):
    """Why an edit cannot be made, to be read after what it looks for."""


def _change(text: str, edit: Edit) -> _Change:
    source, find, put = _source(text), _parsed(edit.find), _parsed(edit.put)
    scope = _scope(source.module, edit.scope)
    one, other = _expression(find), _expression(put)
    found = [*(_expressions(source, scope, one, other) if one and other
               else _runs(source, scope, find, put))]  # fmt: skip
    if len(found) != 1:
        raise _Unfit(f"stands {len(found)} times in {edit.scope or edit.file}, not once")
    return found[0]


def _spliced(text: str, changes: Sequence[_Change]) -> str:
    for (start, stop), new in reversed(changes):
        text = text[:start] + new + text[stop:]
    return text


class _Source:
    """A text, its syntax tree, and where in the text its nodes stand."""

    def __init__(self, text: str) -> None:
        wrapper = MetadataWrapper(cst.parse_module(text), unsafe_skip_copy=True)
        self.module = wrapper.module
        self._lines = Lines(text)
        self._places = wrapper.resolve(PositionProvider)

    def span(self, first: cst.CSTNode, last: cst.CSTNode) -> Span:
        start, end = self._places[first].start, self._places[last].end
        return self._lines.offset(start), self._lines.offset(end)

    def column(self, node: cst.CSTNode) -> int:
        return self._places[node].start.column


@functools.lru_cache(maxsize=8)  # a reference, of which each mistake of a library is an edit
def _source(text: str) -> _Source:
    return _Source(text)


def _parsed(code: str) -> _Body:
    try:
        return cst.parse_module(textwrap.dedent(code).strip() + "\n").body
    except cst.ParserSyntaxError as error:
        raise _Unfit(f"cannot be made: {code!r} is no Python ({error.message})") from None


def _expression(body: _Body) -> cst.BaseExpression | None:
    """The expression that is all of a code, if it is one."""
    match body:
        case [cst.SimpleStatementLine(body=[cst.Expr(value=value)])]:
            return value
    return None


def _scope(module: cst.Module, name: str) -> cst.CSTNode:
    here: cst.CSTNode = module
    for part in filter(None, name.split(".")):
        inside = [node for node in _definitions(here) if node.name.value == part]
        if len(inside) != 1:
            raise _Unfit(f"is looked for in {name}, of which there are {len(inside)}")
        here = inside[0]
    return here


def _definitions(node: cst.CSTNode) -> Iterator[cst.FunctionDef | cst.ClassDef]:
    """The functions and classes defined in a node, but for those inside one of them."""
    for child in node.children:
        if isinstance(child, cst.FunctionDef | cst.ClassDef):
            yield child
        else:
            yield from _definitions(child)


# ------------------------------------------------------------------ where the code stands


def _expressions(
    source: _Source, scope: cst.CSTNode, find: cst.BaseExpression, put: cst.BaseExpression
) -> Iterator[_Change]:
    """A change for each expression that is meant."""
    for node in _walk(scope):
        bound: _Bound = {}
        if isinstance(node, cst.BaseExpression) and _matches(find, node, bound):
            filled = put.visit(_Filling(bound))
            assert isinstance(filled, cst.BaseExpression)
            new = filled if node.lpar else _enclosed(filled)
            yield source.span(node, node), source.module.code_for_node(new)


def _runs(source: _Source, scope: cst.CSTNode, find: _Body, put: _Body) -> Iterator[_Change]:
    """A change for each run of statements that is meant."""
    for node in _walk(scope):
        if not isinstance(node, cst.Module | cst.IndentedBlock):
            continue
        for start in range(len(node.body) - len(find) + 1):
            run, bound = node.body[start : start + len(find)], _Bound()
            if all(_matches(one, two, bound) for one, two in zip(find, run, strict=True)):
                indent = " " * source.column(run[0])
                yield source.span(run[0], run[-1]), _statements(put, bound, indent)


def _statements(put: _Body, bound: _Bound, indent: str) -> str:
    """The code of statements, to stand where there is such an indent already."""
    filled = cst.Module(body=put or _parsed("pass")).visit(_Filling(bound))
    assert isinstance(filled, cst.Module)
    return textwrap.indent(filled.code, indent).strip()


def _walk(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    yield node
    for child in node.children:
        yield from _walk(child)


# ------------------------------------------------------------------ whether code is meant


def _matches(find: object, code: object, bound: _Bound) -> bool:
    """Whether code means the same as what is looked for; binds the holes on the way."""
    if isinstance(find, cst.Name) and _HOLE.fullmatch(find.value):
        return isinstance(code, cst.BaseExpression) and _matches_hole(find.value, code, bound)
    if type(find) is not type(code):
        return False
    if isinstance(find, cst.SimpleString) and isinstance(code, cst.SimpleString):
        return find.evaluated_value == code.evaluated_value
    if isinstance(find, cst.CSTNode):
        return all(_matches(getattr(find, name), getattr(code, name), bound)
                   for name in _meaning(type(find)))  # fmt: skip
    if isinstance(find, list | tuple) and isinstance(code, list | tuple):
        return len(find) == len(code) and all(
            _matches(one, other, bound) for one, other in zip(find, code, strict=True)
        )
    return find == code


def _matches_hole(name: str, code: cst.BaseExpression, bound: _Bound) -> bool:
    """A hole stands for the same code wherever it stands."""
    return _matches(bound.setdefault(name, code), code, {})


@functools.cache
def _meaning(kind: type[cst.CSTNode]) -> tuple[str, ...]:
    """The fields of a kind of node that are more than layout."""
    return tuple(field.name for field in dataclasses.fields(kind) if not _LAYOUT.match(field.name))


# ------------------------------------------------------------------ what is put there


class _Filling(cst.CSTTransformer):
    """Puts what the holes stand for in their places."""

    def __init__(self, bound: _Bound) -> None:
        super().__init__()
        self._bound = bound

    def leave_Name(  # noqa: N802
        self, original_node: cst.Name, updated_node: cst.Name
    ) -> cst.BaseExpression:
        held = self._bound.get(original_node.value)
        return updated_node if held is None else _enclosed(held.deep_clone())


def _enclosed(node: cst.BaseExpression) -> cst.BaseExpression:
    """In parentheses, unless it binds as tightly as anything does."""
    if node.lpar or isinstance(node, _UNBOUND):
        return node
    return node.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
