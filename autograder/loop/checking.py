"""Runs public tests on a student's own files, in this process."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.course.assignment import Assignment, Course, Language, Test
from autograder.course.gaps import unfilled
from autograder.course.masked import known_gaps
from autograder.diagnosis.checked import tracing_of, with_known_mistakes
from autograder.grading.forms import forms_of
from autograder.grading.options import Options
from autograder.grading.outcome import Outcome
from autograder.grading.remarks import Found
from autograder.grading.scoring import Score, score
from autograder.grading.student import Caller, Student
from autograder.grading.suite import chosen_tests, run_suite
from autograder.intake.submission import Submission
from autograder.models.embeddings import tensors_file
from autograder.models.store import is_present
from autograder.sandbox.inprocess import InProcess

Around = Callable[[Caller, Path], Caller]  # the second is the folder of the student's files


@dataclass(frozen=True)
class Checked:
    """What the check of one assignment, or of some of its tests, came to."""

    score: Score
    found: Found
    missing: tuple[str, ...]  # the data that its tests need and this machine lacks

    @property
    def is_passed(self) -> bool:
        return not self.missing and all(one.status == "passed" for one in self.found.outcomes)


def public_tests(assignment: Assignment) -> tuple[Test, ...]:
    return tuple(test for test in assignment.tests if test.visibility == "public")


def missing_data(assignment: Assignment) -> tuple[str, ...]:
    return tuple(name for name in assignment.needs if not is_present(name))


def check_tests(
    course: Course,
    assignment: Assignment,
    own: Submission,
    language: Language,
    *,
    only: Collection[str] | None = None,
    around: Around | None = None,
) -> Checked:
    """Runs the public tests that can be run here, or those of them in `only`.

    `around` is put about what calls the student's code, to look on.
    """
    sources = {name: own.files[name].decode() for name in assignment.files}
    known = known_gaps(assignment)
    gaps = {name: unfilled(text, known[name]) for name, text in sources.items()}
    missing = missing_data(assignment)
    possible = (test for test in public_tests(assignment) if not set(test.needs) & set(missing))
    wanted = {test.id for test in possible if only is None or test.id in only}
    outcomes = _run(course, assignment, wanted, own, around) if wanted else []
    result = score(assignment, outcomes, gaps, Options(language=language))
    result = with_known_mistakes(assignment, result, outcomes, language)
    return Checked(result, Found(assignment, sources, known, gaps, outcomes, result.tests), missing)


def _run(
    course: Course,
    assignment: Assignment,
    tests: Collection[str],
    own: Submission,
    around: Around | None,
) -> Sequence[Outcome]:
    present = {name: tensors_file(name) for name in assignment.needs if is_present(name)}
    chosen = chosen_tests(assignment, None, tests)
    with student_home(course, assignment, own) as home:
        code: Caller = InProcess(home, assignment.name, assignment.module, present,
                                 assignment.limits.call_s)  # fmt: skip
        caller = around(code, home) if around else code
        student = Student(caller, tracing=tracing_of(assignment))
        return run_suite(assignment, student, chosen, forms=forms_of(own, assignment))


@contextlib.contextmanager
def student_home(course: Course, assignment: Assignment, own: Submission) -> Iterator[Path]:
    """Where the code lies; a folder made for it where it is a notebook's, and so no file."""
    home = course.root / assignment.name
    if all((home / name).is_file() for name in assignment.files):
        yield home
        return
    with tempfile.TemporaryDirectory(prefix="autograder-check-") as made:
        for name in assignment.files:
            path = Path(made) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(own.files[name])
        yield Path(made)
