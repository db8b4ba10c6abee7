"""`check --explain`: the student's attention pattern beside the reference's, on one small input."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from autograder.course.assignment import Assignment, Course, Exercise, Language
from autograder.course.gaps import unfilled
from autograder.course.masked import known_gaps
from autograder.errors import CourseError
from autograder.grading.pattern import Pattern
from autograder.grading.student import Student
from autograder.grading.suite import importable
from autograder.grading.verdict import Cause, judge
from autograder.grading.wording import explain as explained
from autograder.intake.own import read_own
from autograder.intake.submission import Submission
from autograder.loop.checking import student_home
from autograder.loop.pattern_picture import draw_picture
from autograder.loop.pattern_text import pattern_lines
from autograder.sandbox.inprocess import InProcess

FOLDER = ".autograder"  # in the template's folder, where the pictures are put


def explain(course: Course, chosen: Sequence[Assignment], language: Language) -> int:
    """Draws every exercise that has something to draw; CourseError where none has."""
    console = Console(highlight=False)
    found = [(one, exercise) for one in chosen for exercise in one.exercises if exercise.pattern]
    if not found:
        names = ", ".join(one.name for one in chosen)
        raise CourseError(f"{names}: there is nothing to draw. Do: autograder check, without it")
    for assignment, exercise in found:
        console.print(Text(f"{assignment.name} {exercise.id}", "bold"))
        for line in _lines(course, assignment, exercise, language):
            console.print(line)
    return 0


def _lines(
    course: Course, assignment: Assignment, exercise: Exercise, language: Language
) -> Iterator[Text]:
    own = read_own(course, assignment)
    try:
        pattern = _pattern(course, assignment, exercise, own)
    except Exception as error:
        verdict = judge(error)
        if verdict is None:  # not the student's
            raise
        yield Text(_why(assignment, exercise, own, verdict[1], language))
        return
    yield from pattern_lines(pattern, language)
    stem = course.root / FOLDER / f"{assignment.name}-{exercise.id}"
    for line in draw_picture(pattern, stem, language):
        yield Text(line, "dim")


def _pattern(
    course: Course, assignment: Assignment, exercise: Exercise, own: Submission
) -> Pattern:
    """Of the student's code, in this process, as `check` runs it."""
    file, _, function = exercise.pattern.partition("::")
    if not (assignment.tests_folder / file).is_file():
        raise CourseError(
            f"{assignment.tests_folder / file}: no such file, which exercise {exercise.id} names. "
            f"Do: mend {assignment.toml}"
        )
    with importable(assignment.root), student_home(course, assignment, own) as home:
        module = importlib.import_module(f"tests.{assignment.name}.{Path(file).stem}")
        code = InProcess(home, assignment.name, assignment.module, {}, assignment.limits.call_s)
        pattern: Pattern = getattr(module, function)(Student(code))
    return pattern


def _why(
    assignment: Assignment, exercise: Exercise, own: Submission, cause: Cause, language: Language
) -> str:
    """What keeps the code from being drawn: an open gap, mostly."""
    known = known_gaps(assignment)
    gaps = {name: unfilled(own.files[name].decode(), known[name]) for name in assignment.files}
    return explained(cause, gaps, exercise.id, False, language)
