"""What is imported once for all workers of an assignment, before they are forked."""

from __future__ import annotations

import ast
from pathlib import Path

from autograder.course.assignment import Assignment
from autograder.course.files import TOPS
from autograder.errors import CourseError


def modules(assignment: Assignment) -> list[str]:
    """The grader, what the suite's files import at their top, and last what freezes all that.

    Raises CourseError for a file of the suite that is no Python.
    """
    return ["autograder.grading.grade", *_imports(assignment), "autograder.scale.freeze"]


def _imports(assignment: Assignment) -> list[str]:
    found: set[str] = set()
    for path in assignment.tests_folder.rglob("*.py"):
        for node in _parse(path).body:
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module)
    return sorted(name for name in found if name.split(".")[0] not in TOPS)


def _parse(path: Path) -> ast.Module:
    try:
        return ast.parse(path.read_bytes())
    except (SyntaxError, ValueError) as error:
        raise CourseError(f"{path}: {error}. Do: mend it, then: autograder verify") from error
