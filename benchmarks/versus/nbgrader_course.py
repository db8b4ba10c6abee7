"""nbgrader: a course whose one notebook has the student's code and a cell for each test."""

from __future__ import annotations

import csv
import functools
import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder.notebooks.cells import graded, locked, notebook, solution
from benchmarks.versus.classes import ASSIGNMENT, ROOT, Class
from benchmarks.versus.tool import Command, Tool, environment, surroundings

python = functools.partial(environment, "nbgrader", "nbgrader")
NOTEBOOK = f"{ASSIGNMENT}.ipynb"


def lay(folder: Path, students: Class) -> None:
    """Makes the assignment by nbgrader's own command, and hands in its notebook filled."""
    from benchmarks.versus.suite import ids

    source = folder / "source" / ASSIGNMENT / NOTEBOOK
    source.parent.mkdir(parents=True)
    source.write_bytes(_notebook(ids()))
    _run([*_nbgrader("generate_assignment", folder), ASSIGNMENT])
    released = json.loads((folder / "release" / ASSIGNMENT / NOTEBOOK).read_text())
    for student, text in students.items():
        handed_in = folder / "submitted" / student / ASSIGNMENT / NOTEBOOK
        handed_in.parent.mkdir(parents=True)
        handed_in.write_text(json.dumps(_filled(released, text)))


def commands(folder: Path) -> list[Command]:
    return [[*_nbgrader("autograde", folder), ASSIGNMENT, "--force"]]


def marks(folder: Path) -> Mapping[str, int]:
    table = folder / "grades.csv"
    _run([*_nbgrader("export", folder), f"--to={table}"])
    with table.open() as lines:
        return {row["student_id"]: round(float(row["score"])) for row in csv.DictReader(lines)}


def _nbgrader(command: str, folder: Path) -> Command:
    quiet = ["--log-level=ERROR", f"--CourseDirectory.root={folder}"]
    return [python(), "-m", "nbgrader", command, *quiet]


def _run(command: Command) -> None:
    subprocess.run(
        command, cwd=ROOT, env=surroundings(command), check=True, stdout=subprocess.DEVNULL
    )


def _notebook(ids: list[str]) -> bytes:
    imports = "from benchmarks.versus.suite import Cells\n\ncells = Cells()"
    tests = (graded(f"test-{number}", f"cells.run({test!r})", 1) for number, test in enumerate(ids))
    return notebook([solution("solution", "# your code"), locked("imports", imports), *tests])


def _filled(notebook: dict[str, Any], text: str) -> dict[str, Any]:
    cells = [{**cell, "source": text} if cell["metadata"]["nbgrader"]["solution"] else cell
             for cell in notebook["cells"]]  # fmt: skip
    return {**notebook, "cells": cells}


NBGRADER = Tool(
    "nbgrader",
    "`nbgrader autograde`, one command for the class; a notebook with one autograded cell a test",
    python,
    ("nbgrader", "nbclient", "ipykernel"),
    (2, 6),
    lay,
    commands,
    marks,
)
