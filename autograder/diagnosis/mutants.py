"""Every small slip that can be made in a reference: one operator, constant, name or statement.

A known mistake is one that people make; a mutant is one that nobody chose, and a suite that lets
it by has a hole there. Mutated are the functions that hold a gap, with what is given in them,
since a student may change that too. Texts, annotations and signatures are left alone.
"""

from __future__ import annotations

import ast
import copy
import itertools
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

SLIGHTLY = 1.01  # a constant that is off by 1 %

_OPERATORS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.MatMult: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_DROPPED = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Expr, ast.Raise, ast.Break, ast.Continue)

Function = ast.FunctionDef | ast.AsyncFunctionDef
Slip = Callable[[], ast.expr | None]  # changes the node it was made for; what stands in its place


@dataclass(frozen=True)
class Mutant:
    """A file of the reference with one slip in it."""

    name: str  # function, what stood there, what stands there now; no two are the same
    line: int  # in the reference, from 1
    source: str


@dataclass(frozen=True)
class _Scope:
    """What names a slip may confuse: those of the function, and those of its class's `self`."""

    name: str  # qualified, such as "Attention.attend"
    locals: Sequence[str]
    attributes: Sequence[str]


def mutants(source: str, scopes: Collection[str]) -> Iterator[Mutant]:
    """Each mutant of the functions in `scopes` (qualified names), in order of place.

    One that Python cannot read, or reads as the reference itself, is left out.
    """
    tree = ast.parse(source)
    same = ast.dump(tree)
    seen: Counter[str] = Counter()
    for scope, function in _functions(tree, scopes):
        for node, was, now in _slips(function, scope):
            name = f"{scope.name}: {was} → {now or 'dropped'}"
            mutated = _spliced(source, node, now)
            if not _is_another_program(mutated, same):
                continue
            seen[name] += 1
            again = f" ({seen[name]})" if seen[name] > 1 else ""
            yield Mutant(name + again, node.lineno, mutated)


def _functions(tree: ast.Module, scopes: Collection[str]) -> Iterator[tuple[_Scope, Function]]:
    stack: list[tuple[str, ast.AST, tuple[str, ...]]] = [("", tree, ())]
    while stack:
        outer, node, attributes = stack.pop()
        name = f"{outer}.{node.name}".lstrip(".") if hasattr(node, "name") else outer
        if isinstance(node, ast.ClassDef):
            attributes = _attributes(node)
        if isinstance(node, Function) and name in scopes:
            yield _Scope(name, _locals(node), attributes), node
        inner = [one for one in ast.iter_child_nodes(node) if isinstance(one, ast.stmt)]
        stack += [(name, one, attributes) for one in reversed(inner)]


def _attributes(node: ast.ClassDef) -> tuple[str, ...]:
    """What the class keeps in `self`, in order."""
    kept = (
        one.attr
        for one in ast.walk(node)
        if isinstance(one, ast.Attribute) and _is_self(one.value)
        and isinstance(one.ctx, ast.Store)
    )  # fmt: skip
    return tuple(dict.fromkeys(kept))


def _locals(function: Function) -> tuple[str, ...]:
    arguments = [one.arg for one in ast.walk(function.args) if isinstance(one, ast.arg)]
    stored = [one.id for one in ast.walk(function)
              if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)]  # fmt: skip
    return tuple(one for one in dict.fromkeys([*arguments, *stored]) if one != "self")


def _slips(function: Function, scope: _Scope) -> Iterator[tuple[ast.expr | ast.stmt, str, str]]:
    """What is replaced, what stands there, and what is to stand there; empty: nothing."""
    for statement in _statements(function):
        for node in _expressions(statement):
            for now in dict.fromkeys(_changed(node, scope)):
                yield node, ast.unparse(node), now
        if isinstance(statement, _DROPPED) and not _is_text(statement):
            yield statement, ast.unparse(statement), ""
        if isinstance(statement, ast.AugAssign) and (other := _OPERATORS.get(type(statement.op))):
            turned = copy.deepcopy(statement)
            turned.op = other()  # type: ignore[assignment]
            yield statement, ast.unparse(statement), ast.unparse(turned)


def _statements(function: Function) -> Iterator[ast.stmt]:
    """Those of the function, not those of functions in it, in order of place."""
    stack = list(reversed(function.body))
    while stack:
        statement = stack.pop()
        yield statement
        if not isinstance(statement, Function | ast.ClassDef):
            inner = [one for one in ast.iter_child_nodes(statement) if isinstance(one, ast.stmt)]
            stack += reversed(inner)


def _expressions(statement: ast.stmt) -> Iterator[ast.expr]:
    """What the statement itself reads: its value, its condition, what it loops over."""
    if isinstance(statement, Function | ast.ClassDef):
        return
    for field, value in ast.iter_fields(statement):
        if field in ("value", "test", "iter") and isinstance(value, ast.expr):
            yield value
    if isinstance(statement, ast.With):
        yield from (item.context_expr for item in statement.items)


def _changed(expression: ast.expr, scope: _Scope) -> Iterator[str]:
    """The expression with one slip in it, once for each slip."""
    for index, _ in enumerate(ast.walk(expression)):
        for number in itertools.count():
            whole: ast.AST = ast.Expression(body := copy.deepcopy(expression))
            node = next(itertools.islice(ast.walk(body), index, None))
            slip = next(itertools.islice(_slips_of(node, scope), number, None), None)
            if slip is None:
                break
            replaced = slip()
            if replaced is not None:
                whole = _Replace(node, replaced).visit(whole)
            yield ast.unparse(ast.fix_missing_locations(whole))


class _Replace(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self._old, self._new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self._new if node is self._old else self.generic_visit(node)


def _slips_of(node: ast.AST, scope: _Scope) -> Iterator[Slip]:
    """The ways to get this one node wrong."""
    match node:
        case ast.BinOp(op=op) | ast.BoolOp(op=op) if type(op) in _OPERATORS:
            yield _set(node, "op", _OPERATORS[type(op)]())
        case ast.Compare(ops=[op]) if type(op) in _OPERATORS:
            yield _set(node, "ops", [_OPERATORS[type(op)]()])
        case ast.UnaryOp():
            yield lambda: node.operand
        case ast.Constant(value=bool() | int() | float() as value):
            yield _set(node, "value", _off(value))
        case ast.Slice():
            yield from (_set(node, end, None) for end in ("lower", "upper") if getattr(node, end))
        case ast.IfExp():
            yield lambda: ast.IfExp(node.test, node.orelse, node.body)
        case ast.Call():
            yield from _slips_of_call(node, scope)
        case ast.Name() | ast.Attribute():
            yield from _slips_of_name(node, scope)


def _off(value: bool | int | float) -> bool | int | float:
    """Another constant, near by."""
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int) else value * SLIGHTLY or 1.0


def _slips_of_name(node: ast.Name | ast.Attribute, scope: _Scope) -> Iterator[Slip]:
    """One taken for the next of the function's, or of what the class keeps."""
    if isinstance(node, ast.Name):
        yield from _other(node, "id", scope.locals)
    elif _is_self(node.value):
        yield from _other(node, "attr", scope.attributes)


def _slips_of_call(node: ast.Call, scope: _Scope) -> Iterator[Slip]:
    if len(node.args) > 1:
        yield _set(node, "args", [node.args[1], node.args[0], *node.args[2:]])
        yield _set(node, "args", node.args[:-1])
    for keyword in node.keywords:
        yield _set(node, "keywords", [one for one in node.keywords if one is not keyword])
    called = node.func
    if isinstance(called, ast.Attribute) and _is_value(called.value, scope):
        yield lambda: called.value  # x.transpose(1, 2) is forgotten: x


def _set(node: ast.AST, field: str, value: object) -> Slip:
    return lambda: setattr(node, field, value)


def _other(node: ast.AST, field: str, names: Sequence[str]) -> Iterator[Slip]:
    """The next of these names, where there is another."""
    here = getattr(node, field)
    if here in names and len(names) > 1:
        yield _set(node, field, names[(names.index(here) + 1) % len(names)])


def _is_self(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id == "self"


def _is_value(node: ast.expr, scope: _Scope) -> bool:
    """Whether that is something computed, rather than torch, or torch.nn.functional, or self."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return not isinstance(node, ast.Name) or node.id in scope.locals


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _spliced(source: str, node: ast.expr | ast.stmt, now: str) -> str:
    """The text with something else in the node's place; what is around it keeps its bytes."""
    shown = now or "pass"
    if isinstance(node, ast.expr):
        shown = f"({now})"
    lines = source.encode().splitlines(keepends=True)  # ast counts columns in bytes of UTF-8
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    before = lines[node.lineno - 1][: node.col_offset]
    after = lines[node.end_lineno - 1][node.end_col_offset :]
    whole = [*lines[: node.lineno - 1], before, shown.encode(), after, *lines[node.end_lineno :]]
    return b"".join(whole).decode()


def _is_another_program(source: str, same: str) -> bool:
    try:
        return ast.dump(ast.parse(source)) != same
    except SyntaxError:
        return False
