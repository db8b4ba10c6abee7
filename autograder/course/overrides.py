"""overrides.toml in the course's folder: marks that a teacher changes, each with a reason."""

from __future__ import annotations

import difflib
import math
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import msgspec

from autograder.course.assignment import Assignment, Course
from autograder.course.one_line import one_line
from autograder.errors import CourseError

FILE = "overrides.toml"
_MAX_POINTS = 1e6


class Override(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A changed mark: a `score` in place of the one earned, or `points` more or fewer.

    Of one exercise, or of the assignment as a whole.
    """

    student: str
    assignment: str
    reason: str
    exercise: str = ""
    score: float | None = None
    points: float | None = None


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    overrides: tuple[Override, ...] = ()


def read_overrides(course: Course) -> tuple[Override, ...]:
    """Those of the course, none where it has no such file. CourseError says what is wrong."""
    path = course.root / FILE
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise CourseError(f"{path}: {error.strerror}. Do: check its permissions") from error
    try:
        overrides = msgspec.toml.decode(data, type=_File).overrides
    except RecursionError as error:
        raise _refusal(path, "nested too deeply") from error
    except (msgspec.DecodeError, ValueError) as error:
        raise _refusal(path, str(error)) from error
    for problem in _problems(course, overrides):
        raise _refusal(path, problem)
    return overrides


def of_student(overrides: Sequence[Override], student: str, assignment: str) -> list[Override]:
    """A student's in one assignment: those of exercises first, then that of the whole."""
    own = [one for one in overrides if (one.student, one.assignment) == (student, assignment)]
    return sorted(own, key=lambda one: not one.exercise)


def unknown_students(
    overrides: Sequence[Override], assignment: str, known: Collection[str]
) -> list[str]:
    """What to say of each student of that assignment's overrides who is nobody."""
    named = {one.student for one in overrides if one.assignment == assignment}
    return [f"no student {one!r} has handed in {assignment}{_perhaps(one, known)}"
            for one in sorted(named - set(known))]  # fmt: skip


def refuse_unknown(course: Course, problems: Sequence[str]) -> None:
    """Raises CourseError for the first of the problems."""
    for problem in problems:
        raise _refusal(course.root / FILE, problem)


def _refusal(path: Path, problem: str) -> CourseError:
    return CourseError(f"{path}: {one_line(problem)}. Do: mend the file, then grade again")


def _problems(course: Course, overrides: Sequence[Override]) -> Iterator[str]:
    for name in sorted({one.assignment for one in overrides} - set(course.names)):
        yield f"there is no assignment {name!r}{_perhaps(name, course.names)}"
    assignments = {one: course.assignment(one) for one in {each.assignment for each in overrides}}
    seen = set()
    for one in overrides:
        key = (one.student, one.assignment, one.exercise)
        yield from (f"{_place(one)}: {what}" for what in _one(one, assignments[one.assignment]))
        if key in seen:
            yield f"{_place(one)} stands twice"
        seen.add(key)


def _one(one: Override, assignment: Assignment) -> Iterator[str]:
    if not one.reason.strip():
        yield "the reason is empty"
    if (one.score is None) == (one.points is None):
        yield "give a score, or points, and not both"
    known = {exercise.id: exercise.points for exercise in assignment.exercises}
    if one.exercise and one.exercise not in known:
        yield f"there is no such exercise{_perhaps(one.exercise, known)}"
        return
    most = known[one.exercise] if one.exercise else assignment.max_score + assignment.max_bonus
    if one.score is not None and not 0 <= one.score <= most:
        yield f"the score {one.score:g} is not between 0 and {most:g}"
    if one.points is not None and not (math.isfinite(one.points) and abs(one.points) < _MAX_POINTS):
        yield f"points {one.points:g} are no number of points"


def _place(one: Override) -> str:
    return " / ".join(filter(None, (one.student, one.assignment, one.exercise)))


def _perhaps(name: str, known: Collection[str]) -> str:
    """The likeliest that was meant."""
    close = difflib.get_close_matches(name, list(known), 1)
    return f": is it {close[0]!r}?" if close else ""
