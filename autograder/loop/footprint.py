"""What decides an exercise's result: the code that its tests run, the forms, the tests themselves.

A name stands for each function of the student's files ("tiny.py::MLP.forward"), for what is left
of a file without their bodies ("tiny.py::"), for a form and for the rules. `prints` says what
stands under each now; `Watched` sees which functions a run went through. A function that no test
runs decides nothing: so an edit of one exercise leaves the others as they are.
"""

from __future__ import annotations

import ast
import hashlib
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import Any

from torch import Tensor

from autograder import __version__
from autograder.course.assignment import Assignment
from autograder.course.gaps import parse
from autograder.grading.student import Caller
from autograder.intake.submission import Submission

RULES = "rules"

Prints = Mapping[str, str]  # by name
Function = ast.FunctionDef | ast.AsyncFunctionDef


def prints(assignment: Assignment, own: Submission) -> dict[str, str]:
    """What stands under each name now."""
    found = {RULES: _rules(assignment)}
    for name, data in own.files.items():
        if name in assignment.files:
            found |= _of_code(name, data.decode())
        else:
            found[f"form {name}"] = hashlib.sha256(data).hexdigest()[:16]
    return found


def parses(assignment: Assignment, own: Submission) -> bool:
    """Whether the files can be read as Python: a file that was saved half way may not."""
    return all(_tree(own.files[name].decode()) for name in assignment.files)


def what_decided(now: Prints, functions: set[str]) -> dict[str, str]:
    """Those that a run depended on, given the functions it went through."""
    return {name: print_ for name, print_ in now.items()
            if "::" not in name or name.endswith("::") or name in functions}  # fmt: skip


def changed_functions(before: Prints, now: Prints) -> set[str]:
    """The functions whose bodies are no longer what they were, as "MLP.forward"."""
    names = {name for name in before.keys() & now.keys() if before[name] != now[name]}
    return {name.partition("::")[2] for name in names if "::" in name} - {""}


class Watched:
    """A caller that notes which functions of the student's files are run."""

    def __init__(self) -> None:
        self.functions: set[str] = set()

    def around(self, caller: Caller, home: Path) -> Caller:
        self._caller, self._home = caller, f"{home.resolve()}{os.sep}"
        return self

    def call(self, probe: str, **arguments: Any) -> dict[str, Tensor]:
        before = sys.getprofile()
        sys.setprofile(self._note)
        try:
            return self._caller.call(probe, **arguments)
        finally:
            sys.setprofile(before if callable(before) else None)  # cProfile's cannot be put back

    def _note(self, frame: FrameType, event: str, _value: object) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(self._home):
            file = code.co_filename[len(self._home) :].replace(os.sep, "/")
            self.functions.add(f"{file}::{code.co_qualname.partition('.<locals>')[0]}")


def _rules(assignment: Assignment) -> str:
    """The tests and what belongs to them: a course that is brought up to date is checked anew."""
    whole = hashlib.sha256(__version__.encode())
    tests = (path for path in sorted(assignment.tests_folder.iterdir()) if path.is_file())
    for data in (assignment.toml.read_bytes(), *assignment.support_files().values(),
                 *(path.read_bytes() for path in tests)):  # fmt: skip
        whole.update(hashlib.sha256(data).digest())
    return whole.hexdigest()[:16]


def _of_code(file: str, source: str) -> dict[str, str]:
    """Of one file. One that cannot be read as Python is a single thing."""
    tree = _tree(source)
    if tree is None:
        return {f"{file}::": _digest(source)}
    bodies: dict[str, str] = {}
    for name, node in [*_functions(tree)]:
        bodies[name] = bodies.get(name, "") + "\n".join(map(ast.dump, node.body))
        node.body = []
    rest = {"": ast.dump(tree)}
    return {f"{file}::{name}": _digest(text) for name, text in (bodies | rest).items()}


def _functions(node: ast.AST, scope: str = "") -> Iterator[tuple[str, Function]]:
    """The functions that stand in no other function, with their qualified names."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield scope + child.name, child
        elif isinstance(child, ast.ClassDef):
            yield from _functions(child, f"{scope}{child.name}.")
        elif isinstance(child, ast.stmt | ast.ExceptHandler | ast.match_case):
            yield from _functions(child, scope)


def _tree(source: str) -> ast.Module | None:
    try:
        return parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
