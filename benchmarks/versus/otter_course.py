"""Otter: an autograder.zip with a test case for each test, and the students' files as they are."""

from __future__ import annotations

import functools
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

from benchmarks.versus.classes import ASSIGNMENT, Class
from benchmarks.versus.tool import Command, Tool, environment

python = functools.partial(environment, "otter", "otter-grader[grading]")
LOOP = Path(__file__).with_name("otter_loop.py")
MARKS = "marks.json"

HEAD = """\
from otter.test_files import test_case

from benchmarks.versus.suite import Cells

OK_FORMAT = False
name = "suite"
cells = Cells()
"""
CASE = """

@test_case(points=1)
def case_{number}():
    cells.run({test!r})
"""


def lay(folder: Path, students: Class) -> None:
    """Writes autograder.zip as `otter generate` does, the exception-based test file in it."""
    from benchmarks.versus.suite import ids

    cases = [CASE.format(number=number, test=test) for number, test in enumerate(ids())]
    with zipfile.ZipFile(folder / "autograder.zip", "w") as archive:
        archive.writestr("otter_config.json", "{}")
        archive.writestr("tests/suite.py", HEAD + "".join(cases))
    for student, text in students.items():
        home = folder / "class" / student
        home.mkdir(parents=True)
        (home / f"{ASSIGNMENT}.py").write_text(text)


def commands(folder: Path) -> list[Command]:
    return [[python(), str(LOOP), str(folder)]]


def marks(folder: Path) -> Mapping[str, int]:
    found: dict[str, int] = json.loads((folder / MARKS).read_text())
    return found


OTTER = Tool(
    "Otter",
    "`otter.api.grade_submission`, what `otter run` calls, in one process for the class; "
    "no container",
    python,
    ("otter-grader", "nbclient", "ipykernel"),
    (2, 6),
    lay,
    commands,
    marks,
)
