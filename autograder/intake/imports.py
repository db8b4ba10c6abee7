"""Which imports of a student's file the sandbox will refuse, found without running it."""

from __future__ import annotations

import ast
import sys
from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class ForeignImport:
    """A package that is neither the standard library's nor one that the sandbox offers."""

    package: str
    line: int


def foreign_imports(source: str, offered: Collection[str]) -> tuple[ForeignImport, ...]:
    """What `source` imports of packages not in `offered`; none where it does not parse.

    An import inside a function is left out: who knows whether a test calls it.
    """
    try:
        tree = ast.parse(source.removeprefix("\ufeff"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    known = sys.stdlib_module_names | set(offered)
    return tuple(one for one in _imports(tree) if one.package not in known)


def _imports(tree: ast.Module) -> Iterator[ForeignImport]:
    nodes: deque[ast.AST] = deque([tree])
    while nodes:
        node = nodes.popleft()
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            nodes.extend(ast.iter_child_nodes(node))
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield ForeignImport(alias.name.split(".")[0], node.lineno)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield ForeignImport(node.module.split(".")[0], node.lineno)
