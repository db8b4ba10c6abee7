"""What may name the only student who wrote an answer, hidden: names and texts of no one else's.

The same word is hidden in the same way wherever it stands, so what is left is a program still.
"""

from __future__ import annotations

import ast
import itertools
import re

from autograder.consensus.library import library_names
from autograder.consensus.places import WORD, Place

HIDDEN = "…"  # stands for a text in quotes; for another text, with a number
_NUMBERS = frozenset({"inf", "nan"})
_OURS = re.compile(r"(v|undefined)\d+")  # given for the answer's own names


class Hider(ast.NodeTransformer):
    """For one answer, changed in place: its nodes, and the imports that go along."""

    def __init__(self, place: Place) -> None:
        self._names = library_names() | place.spelled
        self._words = place.vocabulary | _NUMBERS
        self._new: dict[tuple[str | bytes, str], str] = {}

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        for field, value in ast.iter_fields(node):
            if isinstance(value, str):
                setattr(node, field, ".".join(map(self._named, value.split("."))))
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        if not isinstance(node.value, str | bytes):
            return node
        text = node.value if isinstance(node.value, str) else node.value.decode("latin-1")
        if text in self._names or self._words.issuperset(WORD.findall(text)):
            return node
        new = self._hidden(node.value, HIDDEN)
        return ast.Constant(
            new if isinstance(node.value, str) else new.encode("latin-1", "replace")
        )

    def _named(self, name: str) -> str:
        if name in self._names or _OURS.fullmatch(name) or not name.isidentifier():
            return name
        return self._hidden(name, "hidden")

    def _hidden(self, word: str | bytes, stands: str) -> str:
        key = (word, stands)
        if key not in self._new:
            numbered = (f"{stands}{number}" for number in itertools.count(1))
            free = itertools.chain((HIDDEN,) if stands == HIDDEN else (), numbered)
            taken = {*self._new.values(), *self._names}
            self._new[key] = next(one for one in free if one not in taken)
        return self._new[key]
