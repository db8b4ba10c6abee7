"""Plain pytest: a fresh process for each student, the student's code in it. And its plugin."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from benchmarks.versus.classes import ASSIGNMENT, ROOT, Class, write_class
from benchmarks.versus.tool import Command, Tool

# what a grader has no use for, as in autograder/grading/suite.py
QUIET = ("-q", "--tb=line", "--disable-plugin-autoload", "-pno:cacheprovider", "-pno:faulthandler",
         "-pno:unraisableexception", "-pno:threadexception", "-pno:logging", "--assert=plain",
         "--import-mode=importlib", "--noconftest", "-c/dev/null")  # fmt: skip


def lay(folder: Path, students: Class) -> None:
    write_class(folder / "class", students)


def commands(folder: Path) -> list[Command]:
    """Each writes what pytest prints beside the student's file."""
    suite = str(ROOT / "tests" / ASSIGNMENT)
    pytest = [sys.executable, "-m", "pytest", *QUIET, "-pbenchmarks.versus.plain", suite]
    homes = sorted((folder / "class").glob(f"*/{ASSIGNMENT}"))
    return [[*pytest, f"--rootdir={ROOT}", f"--student={home}"] for home in homes]


def marks(folder: Path) -> Mapping[str, int]:
    outputs = (folder / "class").glob(f"*/{ASSIGNMENT}/passed.txt")
    return {path.parents[1].name: int(path.read_text()) for path in outputs}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--student", type=Path)


def pytest_configure(config: pytest.Config) -> None:
    """Gives the suite its fixtures, with the student of this process."""
    from autograder.grading import fixtures
    from autograder.grading.forms import Forms
    from autograder.grading.plugin import GradingPlugin
    from benchmarks.versus.direct import student_in
    from benchmarks.versus.suite import assignment, ids

    student = student_in(config.getoption("student"), assignment())
    graded = GradingPlugin(assignment(), student, frozenset(ids()), None, Forms({}, {}))
    config.pluginmanager.register(graded)
    config.pluginmanager.register(fixtures)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    passed = len(terminalreporter.stats.get("passed", []))
    home: Path = terminalreporter.config.getoption("student")
    (home / "passed.txt").write_text(str(passed))


PYTEST = Tool(
    "pytest",
    "`pytest tests/gpt2`, a fresh process a student, plugins that grading does not need off",
    lambda: sys.executable,
    ("pytest",),
    (1, 6),
    lay,
    commands,
    marks,
)
