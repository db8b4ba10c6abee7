"""What a student's file has beside its answers: imports, names and attributes of its own."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator

from autograder.consensus.scopes import own_attributes, visible_names


class Own:
    """Of one file."""

    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree
        self._names: dict[str, frozenset[str]] = {}  # by scope
        imports = list(_imports(tree))
        self.full = {name: full for name, full, _ in imports}  # what an imported name stands for
        self.statements = {name: statement for name, _, statement in imports}  # that bring it
        self.has_star = "*" in self.full  # any name may be imported

    @functools.cached_property
    def attributes(self) -> set[str]:
        return own_attributes(self._tree)

    def names(self, scope: str) -> frozenset[str]:
        """Those that can be used in a scope of the file."""
        if scope not in self._names:
            self._names[scope] = visible_names(self._tree, scope)
        return self._names[scope]


def _imports(tree: ast.Module) -> Iterator[tuple[str, str, str]]:
    """Each imported name, its full name, and a statement that makes the full name known."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for one in node.names:
                root = one.name.partition(".")[0]
                full = one.name if one.asname else root
                yield one.asname or root, full, f"import {one.name}"
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for one in node.names:
                statement = f"import {node.module}"
                yield one.asname or one.name, f"{node.module}.{one.name}", statement
