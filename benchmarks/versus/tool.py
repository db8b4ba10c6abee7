"""What the benchmark has to know of a tool: how to lay out a class, grade it and read the marks."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.versus.classes import ROOT, Class

BUILD = ROOT / "build" / "bench"
PYTHON = sys.executable

Command = list[str]


@dataclass(frozen=True)
class Tool:
    name: str
    setting: str  # in one line, for the table
    python: Callable[[], str]  # the interpreter that has the tool
    packages: tuple[str, ...]  # whose versions matter
    sizes: tuple[int, int]  # of the two classes that are graded in each round
    lay: Callable[[Path, Class], None]  # writes the class into an empty folder; not timed
    commands: Callable[[Path], list[Command]]  # grade it; run in the folder, timed
    marks: Callable[[Path], Mapping[str, int]]  # by student, the number of tests passed


def environment(name: str, *packages: str) -> str:
    """The Python of a virtual environment under build/bench/ with this repository and `packages`.

    Made at the first call; torch is held to the versions of constraints.txt.
    """
    folder = BUILD / name
    python, ready = folder / "bin" / "python", folder / ".ready"
    if not ready.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        held = ["--constraint", str(ROOT / "constraints.txt")]
        pip = [str(python), "-m", "pip", "install", "--quiet", *held]
        subprocess.run([*pip, "--editable", str(ROOT), *packages], check=True)
        ready.touch()
    return str(python)


def surroundings(command: Command) -> dict[str, str]:
    """The environment variables of every tool: its virtual environment active, one thread, and no
    Jupyter settings of the user's own."""
    folder = Path(command[0]).parent
    jupyter = {f"JUPYTER_{kind}_DIR": str(BUILD / "jupyter") for kind in ("CONFIG", "DATA")}
    return {
        **os.environ,
        **jupyter,
        "PATH": os.pathsep.join((str(folder), os.environ.get("PATH", os.defpath))),
        "IPYTHONDIR": str(BUILD / "ipython"),
        "PYTHONPATH": str(ROOT),
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
    }
