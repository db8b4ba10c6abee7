"""The floor: the suite in one warm process, student after student, no sandbox around their code."""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Mapping
from pathlib import Path

from benchmarks.versus.classes import ASSIGNMENT, Class, write_class
from benchmarks.versus.tool import Command, Tool

MARKS = "marks.json"


def lay(folder: Path, students: Class) -> None:
    write_class(folder / "class", students)


def commands(folder: Path) -> list[Command]:
    return [[sys.executable, "-m", "benchmarks.versus.floor", str(folder)]]


def marks(folder: Path) -> Mapping[str, int]:
    found: dict[str, int] = json.loads((folder / MARKS).read_text())
    return found


def passed(home: Path) -> int:
    """How many tests pass with the student whose file lies in `home`, in this process."""
    from autograder.grading.suite import chosen_tests, run_suite
    from benchmarks.versus.direct import student_in
    from benchmarks.versus.suite import assignment

    task = assignment()
    outcomes = run_suite(task, student_in(home, task), chosen_tests(task, None))
    return sum(outcome.status == "passed" for outcome in outcomes)


def main(folder: Path) -> None:
    import transformers.models.gpt2.modeling_gpt2  # noqa: F401

    gc.freeze()  # as the grader does, after its imports
    homes = sorted((folder / "class").glob(f"*/{ASSIGNMENT}"))
    found = {home.parent.name: passed(home) for home in homes}
    (folder / MARKS).write_text(json.dumps(found))


FLOOR = Tool(
    "floor",
    "the suite by `pytest.main`, all in one warm process; no sandbox, score or report",
    lambda: sys.executable,
    ("torch", "transformers"),
    (6, 48),
    lay,
    commands,
    marks,
)

if __name__ == "__main__":
    main(Path(sys.argv[1]))
