"""nbgrader: a course whose one notebook has the student's code and a cell for each test."""

from __future__ import annotations

import csv
import functools
import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.versus.classes import ASSIGNMENT, ROOT, Class
from benchmarks.versus.tool import Command, Tool, environment, surroundings

python = functools.partial(environment, "nbgrader", "nbgrader")
NOTEBOOK = f"{ASSIGNMENT}.ipynb"


def lay(folder: Path, students: Class) -> None:
    """Makes the assignment by nbgrader's own command, and hands in its notebook filled."""
    from benchmarks.versus.suite import ids

    source = folder / "source" / ASSIGNMENT / NOTEBOOK
    source.parent.mkdir(parents=True)
    source.write_text(json.dumps(_notebook(ids())))
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


def _notebook(ids: list[str]) -> dict[str, Any]:
    imports = "from benchmarks.versus.suite import Cells\n\ncells = Cells()"
    cells = [
        _cell("solution", "# your code", solution=True),
        _cell("imports", imports, locked=True),
        *(_cell(f"test-{number}", f"cells.run({test!r})", locked=True, grade=True, points=1)
          for number, test in enumerate(ids)),
    ]  # fmt: skip
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"kernelspec": kernel}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def _cell(name: str, source: str, **facts: Any) -> dict[str, Any]:
    kinds = {"grade": False, "locked": False, "solution": False, "task": False}
    nbgrader = {"grade_id": name, "schema_version": 3, **kinds, **facts}
    return {"cell_type": "code", "id": name, "metadata": {"nbgrader": nbgrader},
            "source": source, "outputs": [], "execution_count": None}  # fmt: skip


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
