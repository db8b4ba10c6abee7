"""Which names can be used in a gap's place, as far as the text of a file says so."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_Scope = _Function | ast.ClassDef
BUILTINS = frozenset(dir(builtins))


def visible_names(tree: ast.Module, scope: str) -> frozenset[str]:
    """What the module and the functions around a place bind; `scope` as a gap's, "MLP.__init__"."""
    names = set(bound_here(tree))
    node: ast.AST | None = tree
    for part in scope.split(".") if scope else ():
        node = _inner(node, part) if node else None
        if node and not isinstance(node, ast.ClassDef):
            names.update(bound_here(node))
    return frozenset(names)


def bound_here(scope: ast.AST) -> Iterator[str]:
    """The names that a module or function binds itself, not in functions and classes inside it."""
    stack = list(ast.iter_child_nodes(scope))
    while stack:
        node = stack.pop()
        yield from _binds(node)
        if not isinstance(node, _Scope):
            stack.extend(ast.iter_child_nodes(node))


def bound_anywhere(nodes: list[ast.expr | ast.stmt]) -> set[str]:
    """The names that some code binds, be it in functions inside it."""
    return {name for node in nodes for one in ast.walk(node) for name in _binds(one)}


def attributes(tree: ast.AST) -> set[str]:
    """All names that stand behind a dot."""
    return {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def own_attributes(tree: ast.Module) -> set[str]:
    """What a file puts behind a dot: attributes that it assigns, and what its classes bind."""
    stored = {node.attr for node in ast.walk(tree)
              if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)}  # fmt: skip
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    return stored | {name for one in classes for name in bound_here(one)}


def _binds(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            yield name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.arg(arg=name) | ast.ExceptHandler(name=str(name)):
            yield name
        case ast.alias():
            yield node.asname or node.name.partition(".")[0]


def _inner(scope: ast.AST, name: str) -> ast.AST | None:
    """The function or class of that name in a module, class or function, however deep in `if`s."""
    stack = list(ast.iter_child_nodes(scope))
    while stack:
        node = stack.pop(0)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if node.name == name:
                return node
        elif not isinstance(node, ast.Lambda):
            stack.extend(ast.iter_child_nodes(node))
    return None
