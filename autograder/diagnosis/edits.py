"""Puts known mistakes into a reference, found by structure: white space, comments and redundant
parentheses do not matter, so that an edit follows the reference as that is laid out anew. Pure.
"""

from __future__ import annotations

import dataclasses
import functools
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence

import libcst as cst

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
_Body = Sequence[cst.BaseStatement]


def edited(sources: Mapping[str, str], mistake: Mistake) -> dict[str, str]:
    """The sources, by file, with a mistake put in.

    Raises CourseError unless what each edit looks for stands in exactly one place.
    """
    texts = dict(sources)
    for edit in mistake.edits:
        try:
            texts[edit.file] = _edited(texts[edit.file], edit)
        except _Unfit as unfit:
            raise CourseError(
                f"mistakes/{mistake.name}.toml: {edit.find!r} {unfit}. "
                "Do: write the edit as the reference has it"
            ) from None
    return texts


class _Unfit(Exception):
    """Why an edit cannot be made, to be read after what it looks for."""


def _edited(text: str, edit: Edit) -> str:
    module = cst.parse_module(text)
    find, put = _parsed(edit.find), _parsed(edit.put)
    scope = _scope(module, edit.scope)
    one, other = _expression(find), _expression(put)
    found = [*_expressions(scope, one, other)] if one and other else [*_runs(scope, find, put)]
    if len(found) != 1:
        raise _Unfit(f"stands {len(found)} times in {edit.scope or edit.file}, not once")
    whole = module.deep_replace(*found[0]())
    assert isinstance(whole, cst.Module)
    return whole.code


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

_Change = Callable[[], tuple[cst.CSTNode, cst.CSTNode]]  # a node, and what is put in its place


def _expressions(
    scope: cst.CSTNode, find: cst.BaseExpression, put: cst.BaseExpression
) -> Iterator[_Change]:
    """A change for each expression that is meant."""
    for node in _walk(scope):
        bound: _Bound = {}
        if isinstance(node, cst.BaseExpression) and _matches(find, node, bound):
            yield functools.partial(lambda old, held: (old, _filled(put, held)), node, bound)


def _runs(scope: cst.CSTNode, find: _Body, put: _Body) -> Iterator[_Change]:
    """A change for each run of statements that is meant, of the body that holds it."""
    for node in _walk(scope):
        if not isinstance(node, cst.Module | cst.IndentedBlock):
            continue
        for start in range(len(node.body) - len(find) + 1):
            run, bound = node.body[start : start + len(find)], _Bound()
            if all(_matches(one, two, bound) for one, two in zip(find, run, strict=True)):
                yield functools.partial(_spliced, node, start, start + len(find), put, bound)


def _spliced(
    holder: cst.Module | cst.IndentedBlock, start: int, stop: int, put: _Body, bound: _Bound
) -> tuple[cst.CSTNode, cst.CSTNode]:
    new = [statement.visit(_Filling(bound)) for statement in put]
    body = [*holder.body[:start], *new, *holder.body[stop:]] or _parsed("pass")
    return holder, holder.with_changes(body=body)


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


def _filled(put: cst.BaseExpression, bound: _Bound) -> cst.BaseExpression:
    filled = put.visit(_Filling(bound))
    assert isinstance(filled, cst.BaseExpression)
    return _enclosed(filled)


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
