"""This grader, by its command line."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from benchmarks.versus.classes import ASSIGNMENT, Class, write_class
from benchmarks.versus.tool import Command, Tool


def lay(folder: Path, students: Class) -> None:
    write_class(folder / "class", students)


def grading(paths: Path, output: Path, jobs: int) -> Command:
    """`autograder grade` of a class, with each submission graded anew."""
    command = [sys.executable, "-m", "autograder", "grade", str(paths), "--no-cache"]
    return [*command, "--jobs", str(jobs), "--output", str(output)]


def commands(folder: Path) -> list[Command]:
    return [grading(folder / "class", folder / "reports", 1)]


def marks(folder: Path) -> Mapping[str, int]:
    reports = (folder / "reports" / ASSIGNMENT).glob("*.json")
    return {path.stem: _passed(path) for path in reports}


def _passed(report: Path) -> int:
    tests = json.loads(report.read_text())["tests"]
    return sum(test["status"] == "passed" for test in tests)


OURS = Tool(
    "autograder",
    "`autograder grade CLASS --no-cache --jobs 1`; each student in a sandbox of their own",
    lambda: sys.executable,
    ("autograder",),
    (6, 48),
    lay,
    commands,
    marks,
)
