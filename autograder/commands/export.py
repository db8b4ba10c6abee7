"""`autograder export TARGET OUT`: the course, or its marks, for another tool.

Each target is a function of its own module, which takes the call as an `Export` and returns the
lines to print.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from pathlib import Path

from autograder.course.assignment import Language, find_course
from autograder.course.exporting import Export, WithoutLandlock

TARGETS = {  # by name: the module and its function
    "nbgrader": "autograder.notebooks.nbgrader_course:export_course",
    "gradebook": "autograder.notebooks.gradebook:export_gradebook",
    "notebooks": "autograder.notebooks.plain:export_notebooks",
    "gradescope": "autograder.gradescope.zipped:export_zip",
    "moodle": "autograder.reports.lms:export_moodle",
    "canvas": "autograder.reports.lms:export_canvas",
}


def export(
    target: str,
    output: Path,
    *,
    assignment: str | None,
    reports: Path,
    grader: str,
    without_landlock: WithoutLandlock,
    lang: Language,
) -> int:
    """Runs the target's function and prints its lines."""
    course = find_course(Path.cwd())
    names = [assignment] if assignment else course.names
    chosen = tuple(map(course.assignment, names))
    call = Export(course, output, chosen, reports, lang, grader, without_landlock)
    for line in _lines(target, call):
        print(line)
    return 0


def _lines(target: str, call: Export) -> Iterable[str]:
    module, _, function = TARGETS[target].partition(":")
    lines: Iterable[str] = getattr(importlib.import_module(module), function)(call)
    return lines
