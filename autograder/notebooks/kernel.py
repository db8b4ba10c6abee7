"""The grader inside a notebook's kernel: runs tests on what the notebook's cells have defined.

Nothing here guards anything. The student's code runs in the same process, as it does in every tool
that grades a notebook in its kernel; `autograder grade` takes the same notebook into the sandbox.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import sys
import tempfile
import traceback
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from autograder.course.assignment import Assignment, Language, load_assignment
from autograder.course.gaps import Unfilled
from autograder.course.masked import known_gaps
from autograder.diagnosis.checked import tracing_of, with_known_mistakes
from autograder.grading.forms import Forms
from autograder.grading.options import Options
from autograder.grading.scoring import Score, score
from autograder.grading.student import Student
from autograder.grading.suite import chosen_tests, run_suite
from autograder.models.embeddings import tensors_file
from autograder.models.store import is_present
from autograder.notebooks.history import open_gaps, shell
from autograder.notebooks.packed import unpack
from autograder.notebooks.result import CheckResult
from autograder.sandbox.inprocess import InProcess
from autograder.sandbox.outcome import Frame, StudentFailure

COURSE = "course"  # beside the notebook: assignments/ and tests/ as released


class NotPassed(AssertionError):
    """A test earned nothing. IPython shows the message alone."""

    def _render_traceback_(self) -> list[str]:
        return str(self).splitlines()


class Notebook:
    """An assignment's tests, for the cells of its notebook.

    `folder` is the notebook's own: the course's files are in COURSE there, forms beside it.
    """

    def __init__(
        self, name: str, lang: Language = "en", files: str = "", folder: Path | None = None
    ) -> None:
        self._folder = (folder or Path.cwd()).resolve()
        if files:
            unpack(files, self._folder, keeps=True)
        self._name, self._language = name, lang
        self._root = self._folder / COURSE
        self._unlocked: tempfile.TemporaryDirectory[str] | None = None
        for file in self._assignment().files:  # one file may import from another
            sys.modules[Path(file).stem] = sys.modules["__main__"]

    def unlock(self, files: str) -> None:
        """From here on with what only the instructor has: hidden tests, and the secret."""
        self._unlocked = tempfile.TemporaryDirectory(prefix="autograder-")
        root = Path(self._unlocked.name)
        shutil.copytree(self._root, root, dirs_exist_ok=True)
        unpack(files, root)
        self._root = root

    def run(self, test_id: str) -> float | None:
        """Runs one test: None if it passed, so that the cell shows nothing; its partial credit.

        Raises NotPassed where it earned nothing. What the code writes on stderr goes to stdout:
        nbgrader takes a line there for a failure.
        """
        with _quiet():
            row = self._run({test_id}, {}).tests[0]
        if row.status == "passed":
            return None
        told = "\n".join(filter(None, (f"{row.title}: {row.status}", row.message, row.hint)))
        if not row.score:
            raise NotPassed(told)
        print(told)
        return min(row.score, row.max_score)

    def check(self) -> CheckResult:
        """Runs the public tests; a notebook shows the result as HTML."""
        assignment = self._assignment()
        missing = [name for name in assignment.needs if not is_present(name)]
        possible = {test.id for test in assignment.tests if not set(test.needs) & set(missing)
                    and test.visibility == "public"}  # fmt: skip
        gaps = open_gaps(known_gaps(assignment))
        with _quiet():
            found = self._run(possible, gaps)
        return CheckResult(assignment, found, gaps, tuple(missing), self._language)

    def _assignment(self) -> Assignment:
        return load_assignment(self._root, self._name)

    def _run(self, tests: Collection[str], gaps: dict[str, tuple[Unfilled, ...]]) -> Score:
        assignment = self._assignment()
        data = {name: tensors_file(name) for name in assignment.needs if is_present(name)}
        inside = InProcess(self._folder, self._name, sys.modules["__main__"], data,
                           assignment.limits.call_s)  # fmt: skip
        chosen = chosen_tests(assignment, None, tests)
        student = Student(_Placed(inside), tracing=tracing_of(assignment))
        outcomes = run_suite(assignment, student, chosen, forms=self._forms())
        result = score(assignment, outcomes, gaps, Options(language=self._language))
        return with_known_mistakes(assignment, result, outcomes, self._language)

    def _forms(self) -> Forms:
        """The forms that lie beside the notebook."""
        files: dict[str, bytes] = {}
        unread: dict[str, str] = {}
        for form in self._assignment().forms:
            path = self._folder / form.file
            if path.is_file() and path.stat().st_size <= form.max_kib << 10:
                files[form.file] = path.read_bytes()
            elif path.exists():
                unread[form.file] = f"{form.file}: more than {form.max_kib} KiB, or no plain file"
        return Forms(files, unread)


class _Placed:
    """Says of a failure which cell and line it came from."""

    def __init__(self, inside: InProcess) -> None:
        self._inside = inside

    def call(self, probe: str, **arguments: Any) -> Any:
        try:
            return self._inside.call(probe, **arguments)
        except StudentFailure as failure:
            failure.frames = tuple(_frames(failure.__cause__))  # not of the course's own files
            raise


def _frames(error: BaseException | None) -> Iterator[Frame]:
    if error is None:
        return
    for frame, line in traceback.walk_tb(error.__traceback__):
        if cell := shell.cell_of(frame.f_code.co_filename):
            yield Frame(cell, line or 0, frame.f_code.co_name)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Everything for stderr goes to stdout: Python's own, and what C code writes. No log lines."""
    logging.disable(logging.CRITICAL)
    kept = os.dup(2)
    try:
        os.dup2(1, 2)
        with contextlib.redirect_stderr(sys.stdout):
            yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, 2)
        os.close(kept)
        logging.disable(logging.NOTSET)
