"""`autograder export TARGET OUT`: the course, or its marks, for another tool.

Each target is a function of its own module, which takes the call as an `Export` and returns the
lines to print.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from autograder.course.assignment import Assignment, Course, Language, find_course

TARGETS = {  # by name: the module and its function
    "nbgrader": "autograder.notebooks.nbgrader_course:export_course",
    "gradebook": "autograder.notebooks.gradebook:export_gradebook",
    "notebooks": "autograder.notebooks.plain:export_notebooks",
}


@dataclass(frozen=True)
class Export:
    """One call: what is wanted, and where it is to lie."""

    course: Course
    output: Path  # a folder or a file, as the target has it
    assignments: tuple[Assignment, ...]
    reports: Path  # where `autograder grade` wrote
    language: Language


def export(
    target: str, output: Path, *, assignment: str | None, reports: Path, lang: Language
) -> int:
    """Runs the target's function and prints its lines."""
    course = find_course(Path.cwd())
    names = [assignment] if assignment else course.names
    chosen = tuple(map(course.assignment, names))
    for line in _lines(target, Export(course, output, chosen, reports, lang)):
        print(line)
    return 0


def _lines(target: str, call: Export) -> Iterable[str]:
    module, _, function = TARGETS[target].partition(":")
    lines: Iterable[str] = getattr(importlib.import_module(module), function)(call)
    return lines
