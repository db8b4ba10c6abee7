"""Running the real nbgrader and real kernels, and filling notebooks as students do."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

Cell = dict[str, Any]


def surroundings(folder: Path) -> dict[str, str]:
    """Of Jupyter programs that neither know the user's settings nor leave any."""
    own = {f"JUPYTER_{kind}_DIR": str(folder / "jupyter") for kind in ("CONFIG", "DATA", "RUNTIME")}
    programs = [str(Path(sys.executable).parent), os.environ["PATH"]]  # alembic is there
    return {**os.environ, **own, "PATH": os.pathsep.join(programs),
            "IPYTHONDIR": str(folder / "ipython"), "OMP_NUM_THREADS": "1",
            "JUPYTER_PLATFORM_DIRS": "1"}  # fmt: skip


def nbgrader(course: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "nbgrader", *arguments]
    return subprocess.run(
        command, cwd=course, env=surroundings(course.parent), capture_output=True, text=True,
        timeout=280, check=False,
    )  # fmt: skip


def ran(done: subprocess.CompletedProcess[str]) -> str:
    """What a command said, which has to have gone well."""
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    return said


def read(path: Path) -> dict[str, Any]:
    whole: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return whole


def facts(cell: Cell) -> Mapping[str, Any]:
    found: Mapping[str, Any] = cell["metadata"].get("nbgrader", {})
    return found


def sources(notebook: Mapping[str, Any]) -> dict[str, str]:
    """The text of nbgrader's cells by grade_id."""
    return {facts(one)["grade_id"]: one["source"] for one in notebook["cells"] if facts(one)}


def hand_in(course: Path, student: str, name: str, fill: Callable[[str, str], str]) -> Path:
    """What the student was given, with `fill` (grade_id and text to text) on solution cells."""
    notebook = read(course / "release" / name / f"{name}.ipynb")
    for cell in notebook["cells"]:
        if facts(cell).get("solution"):
            cell["source"] = fill(facts(cell)["grade_id"], cell["source"])
    path = course / "submitted" / student / name / f"{name}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return path


def solved(course: Path, name: str) -> Callable[[str, str], str]:
    """Fills in the reference."""
    reference = sources(read(course / "source" / name / f"{name}.ipynb"))
    return lambda grade_id, _text: reference[grade_id]


def untouched(_grade_id: str, text: str) -> str:
    return text


def exported(course: Path) -> dict[tuple[str, str], tuple[float, float]]:
    """Score and maximum by assignment and student, as `nbgrader export` tells them."""
    table = course / "grades.csv"
    ran(nbgrader(course, "export", f"--to={table}"))
    with table.open(encoding="utf-8") as lines:
        return {(row["assignment"], row["student_id"]): (float(row["score"]),
                 float(row["max_score"])) for row in csv.DictReader(lines)}  # fmt: skip


def executed(path: Path) -> dict[str, Any]:
    """The notebook after its cells were run in a kernel of its own, in its own folder."""
    notebook = nbformat.read(path, as_version=4)
    where = {"metadata": {"path": str(path.parent)}}
    client = NotebookClient(
        notebook, resources=where, allow_errors=True, timeout=280, startup_timeout=280
    )
    client.execute(env=surroundings(path.parent))
    whole: dict[str, Any] = json.loads(nbformat.writes(notebook))
    return whole
