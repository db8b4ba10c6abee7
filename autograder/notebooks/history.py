"""What IPython knows of the cells that were run: which one a line is from, which gaps are open."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.course.gaps import GapInfo, Unfilled, parse, unfilled


@dataclass(frozen=True)
class _Shell:
    """IPython's, where this process is a notebook's kernel."""

    @property
    def running(self) -> Any:
        ipython = sys.modules.get("IPython")
        return ipython.get_ipython() if ipython else None

    def cells(self) -> Iterator[tuple[str, str]]:
        """The cells that were run, the last first: what the notebook calls each, and its text."""
        inputs: Sequence[str] = self.running.user_ns.get("In", ()) if self.running else ()
        for number in reversed(range(1, len(inputs))):
            yield f"In [{number}]", inputs[number]

    def cell_of(self, file: str) -> str:
        """What the notebook calls the cell that was compiled under this name; "" if none was."""
        known = getattr(getattr(self.running, "compile", None), "_filename_map", {})
        return f"In [{known[file]}]" if file in known else ""


shell = _Shell()


def open_gaps(known: Mapping[str, Sequence[GapInfo]]) -> dict[str, tuple[Unfilled, ...]]:
    """The gaps still open in the cells as they were last run, by cell."""
    found: dict[str, tuple[Unfilled, ...]] = {}
    seen: set[str] = set()
    for cell, text in shell.cells():
        defined = _defined(text)
        if "MASK" in text and (not defined or not defined <= seen):
            gaps = [gap for file in known for gap in unfilled(text, known[file])]
            found[cell] = tuple(one for one in gaps if one.number is not None)
        seen |= defined
    return {cell: found[cell] for cell in reversed(found) if found[cell]}


def _defined(text: str) -> set[str]:
    """The functions, classes and plain names that a cell makes."""
    try:
        tree = parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    named = {node.name for node in tree.body if isinstance(node, kinds)}
    targets = [one for node in tree.body if isinstance(node, ast.Assign) for one in node.targets]
    return named | {one.id for one in targets if isinstance(one, ast.Name)}
