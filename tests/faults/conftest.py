"""One small class for every fault, and what comes of it when nothing happens."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.scale.cache import Cache
from tests.autograder import conftest as tiny
from tests.autograder.conftest import TinyCourse, _heed_interrupts  # noqa: F401 - a fixture
from tests.faults.private import Run

RIGHT = "return factor * x.sum(dim=-1)"
# Slow enough that a fault finds most of the class undone.
CLASS = [f"import time\ntime.sleep(0.1)\n{RIGHT}", f"import time\ntime.sleep(0.1)\n{RIGHT} * 2",
         "return x.sum(dim=-1)", "raise ValueError(x)"] * 3  # fmt: skip

Reports = dict[str, dict[str, Any]]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--faults", type=int, default=4, help="how many kills and signals to try")


@pytest.fixture(scope="session", autouse=True)
def _namespaces() -> None:
    """Skips all this where a person may not make a namespace: nothing else tells runs apart."""
    command = ["unshare", "--user", "--map-root-user", "--mount", "true"]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no user namespaces here: {error}")


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> TinyCourse:
    made = TinyCourse(tmp_path_factory.mktemp("faults") / "course")
    made.write("assignments/tiny/assignment.toml", tiny.TOML)
    made.write("assignments/tiny/probes.py", tiny.PROBES)
    made.write("assignments/tiny/README.md", "# A tiny task\n")
    made.write("solutions/tiny/tiny.py", tiny.REFERENCE)
    made.write("tests/tiny/test_tiny.py", tiny.PUBLIC_TESTS)
    made.write("tests/tiny/hidden/test_tiny.py", tiny.HIDDEN_TESTS)
    for number, body in enumerate(CLASS):
        made.hand_in(f"s{number:02}", f"{body}  # {number}")  # so that none is known by another
    return made


@pytest.fixture
def start(course: TinyCourse) -> Iterator[Callable[..., Run]]:
    """Starts `autograder grade submissions` with further arguments; nothing is kept as yet."""
    Cache(course.root).clear()
    runs = []

    def begin(*arguments: str, **how: Any) -> Run:
        runs.append(Run(course, "grade", "submissions", "--jobs", "2", *arguments, **how))
        return runs[-1]

    yield begin
    for run in runs:
        run.destroy()


@pytest.fixture(scope="module")
def undisturbed(course: TinyCourse) -> Reports:
    run = Run(course, "grade", "submissions", "--jobs", "2", "--output", "undisturbed")
    assert run.finish() == 0, run.errors
    assert not run.left()
    found = reports(course.root / "undisturbed")
    assert [one["score"] for one in found.values()] == [10, 0, 4, 0] * 3
    return found


def reports(output: Path) -> Reports:
    """The reports in a folder by student, without their times. Each must be whole."""
    found = {}
    for path in sorted(output.glob("tiny/*.json")):
        report = json.loads(path.read_bytes())
        for one in (report, *report["tests"]):
            assert one.pop("duration_s") >= 0
        del report["started_at"]
        found[path.stem] = report
    return found


def half_written(output: Path) -> list[Path]:
    return list(output.rglob(".writing-*"))
