"""Runs an assignment's graded tests once, in this process, against one student."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import pytest

from autograder.course.assignment import Assignment, Test
from autograder.errors import CourseError
from autograder.grading import fixtures
from autograder.grading.forms import Forms
from autograder.grading.outcome import Outcome
from autograder.grading.plugin import CollectPlugin, GradingPlugin
from autograder.grading.student import Student
from autograder.models.weights import Model

# What a warm process pays for again in each pytest.main and grading has no use for: looking for
# plugins (0.4 s), forced garbage collections (0.4 s), the cache on disk, the terminal, and what
# collects doctests, tells others of failures or goes on from one; and pytest's own `breakpoint()`,
# which needs its terminal: a student's is Python's.
_QUIET = (
    "--disable-plugin-autoload",
    "-pno:unraisableexception",
    "-pno:threadexception",
    "-pno:faulthandler",
    "-pno:logging",
    "-pno:warnings",
    "-pno:cacheprovider",
    "-pno:terminal",
    "-pno:capture",
    "-pno:debugging",
    "-pno:doctest",
    "-pno:junitxml",
    "-pno:pastebin",
    "-pno:stepwise",
    "--import-mode=importlib",
    "--assert=plain",
    "--noconftest",
)


def chosen_tests(
    assignment: Assignment, model: Model | None, only: Collection[str] | None = None
) -> list[Test]:
    """The tests that a run is about: those in `only`, if given; model ones only with a model."""
    return [
        test
        for test in assignment.tests
        if (model is not None or not test.needs_model) and (only is None or test.id in only)
    ]


def run_suite(
    assignment: Assignment,
    student: Student,
    tests: Sequence[Test],
    model: Model | None = None,
    forms: Forms | None = None,
) -> list[Outcome]:
    """Runs `tests` and says how each ended. `forms` are the student's.

    Raises CourseError where a test file is broken or lacks a test that the TOML names. An
    exception that is not the student's leaves this function as it is.
    """
    wanted = frozenset(test.id for test in tests)
    plugin = GradingPlugin(assignment, student, wanted, model, forms or Forms({}, {}))
    arguments = [*_arguments(assignment), *_files(assignment, tests)]
    with importable(assignment.root):
        code = pytest.main(arguments, plugins=[plugin, fixtures])
    if plugin.fault:
        raise plugin.fault
    _refuse_broken(assignment, plugin.broken)
    if code == pytest.ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    _check_complete(assignment, tests, plugin.outcomes)
    return plugin.outcomes


def collect_ids(assignment: Assignment) -> frozenset[str]:
    """The ids of all tests that pytest finds in tests/<name>/, whatever the TOML says."""
    plugin = CollectPlugin(assignment)
    arguments = [*_arguments(assignment), "--collect-only", str(assignment.tests_folder)]
    with importable(assignment.root):
        pytest.main(arguments, plugins=[plugin])
    _refuse_broken(assignment, plugin.broken)
    return frozenset(plugin.ids)


def _arguments(assignment: Assignment) -> list[str]:
    return [*_QUIET, f"--rootdir={assignment.root}", "-c", os.devnull]


def _files(assignment: Assignment, tests: Sequence[Test]) -> list[str]:
    """The tests' files, hidden ones last: a student's code may keep what a hidden test sent it,
    and could raise that in a public one, whose messages the student sees."""
    hidden = {test.file: test.visibility == "hidden" for test in tests}
    files = sorted(hidden, key=lambda file: (hidden[file], file))
    return [str(assignment.tests_folder / file) for file in files]


def _refuse_broken(assignment: Assignment, broken: str | None) -> None:
    if broken is not None:
        raise CourseError(
            f"{assignment.tests_folder}: a test file cannot be used: {broken.strip()}. "
            "Do: mend it, then: autograder verify"
        )


def _check_complete(
    assignment: Assignment, tests: Sequence[Test], outcomes: Sequence[Outcome]
) -> None:
    missing = {test.id for test in tests} - {outcome.id for outcome in outcomes}
    if missing:
        raise CourseError(
            f"{assignment.tests_folder}: no test {min(missing)}, which {assignment.toml} names. "
            "Do: write the test or take it out of the TOML, then: autograder verify"
        )


@contextlib.contextmanager
def importable(root: Path) -> Iterator[None]:
    """Lets graded tests import `tests.<name>` and `assignments.<name>` of their own course."""
    entry = str(root)
    sys.path.insert(0, entry)
    try:
        yield
    finally:
        sys.path.remove(entry)
