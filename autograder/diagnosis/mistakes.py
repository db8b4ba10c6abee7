"""assignments/<name>/mistakes/<exercise>/<mistake>.toml → the known mistakes of an assignment.

A known mistake is a small edit of the reference (edits.py makes it), and what to tell a student
who made the same one: what is seen, why that happens, and where to look; never the answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from autograder.course.assignment import Assignment, Text
from autograder.course.one_line import one_line
from autograder.errors import CourseError

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Edit:
    """Code that stands in one place of the reference, and what is put there instead.

    A name with one leading underscore stands for any expression, in both.
    """

    file: str
    scope: str  # qualified name of a function or class; empty: the whole file
    find: str  # an expression, or statements that follow each other
    put: str  # the same; empty: statements are dropped


@dataclass(frozen=True)
class Mistake:
    """One known mistake; of its texts, `title` names it in a line."""

    name: str  # exercise/mistake
    exercise: str
    title: Text
    seen: Text
    why: Text
    look: Text
    edits: tuple[Edit, ...]


class _EditInFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    find: str
    put: str
    scope: str = msgspec.field(name="in", default="")
    file: str = ""  # by default the assignment's module


class _MistakeFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    title: Text
    seen: Text
    why: Text
    look: Text
    edits: tuple[_EditInFile, ...]


def read_mistakes(assignment: Assignment, exercise: str = "") -> tuple[Mistake, ...]:
    """All known mistakes, or those of one exercise, in order of name.

    Raises CourseError, which says what is wrong in which file.
    """
    return tuple(read_mistake(assignment, path) for path in mistake_paths(assignment, exercise))


def mistake_paths(assignment: Assignment, exercise: str = "") -> list[Path]:
    """The files that should be known mistakes: all, or those of one exercise."""
    folder = assignment.mistakes_folder / exercise
    return sorted(path for path in folder.rglob("*") if not path.is_dir())


def read_mistake(assignment: Assignment, path: Path) -> Mistake:
    exercise = _exercise(assignment, path)
    try:
        parsed = msgspec.toml.decode(path.read_bytes(), type=_MistakeFile)
    except OSError as error:
        raise _refusal(path, error.strerror or "cannot be read") from error
    except RecursionError as error:
        raise _refusal(path, "nested too deeply") from error
    except (msgspec.DecodeError, ValueError) as error:  # ValueError: no UTF-8, too long a number
        raise _refusal(path, str(error)) from error
    edits = tuple(
        Edit(one.file or f"{assignment.module}.py", one.scope, one.find, one.put)
        for one in parsed.edits
    )
    for problem in _problems(assignment, parsed, edits):
        raise _refusal(path, problem)
    return Mistake(
        name=f"{exercise}/{path.stem}",
        exercise=exercise,
        title=parsed.title,
        seen=parsed.seen,
        why=parsed.why,
        look=parsed.look,
        edits=edits,
    )


def _exercise(assignment: Assignment, path: Path) -> str:
    """The exercise that a path is under. Raises CourseError for a file that has no place there."""
    inside = path.relative_to(assignment.mistakes_folder).parts
    known = [exercise.id for exercise in assignment.exercises]
    if len(inside) != 2 or path.suffix != ".toml" or not _NAME.fullmatch(path.stem):
        raise CourseError(f"{path}: no known mistake. Do: name it <exercise>/<mistake>.toml, "
                          "of small letters, digits and hyphens")  # fmt: skip
    if inside[0] not in known:
        raise CourseError(f"{path}: {inside[0]} is no exercise of {assignment.name}. "
                          f"Do: move it to one of {', '.join(known)}")  # fmt: skip
    return inside[0]


def _problems(
    assignment: Assignment, parsed: _MistakeFile, edits: tuple[Edit, ...]
) -> Iterator[str]:
    for name in ("title", "seen", "why", "look"):
        text: Text = getattr(parsed, name)
        if not (text.en.strip() and text.zh.strip()):
            yield f"{name} is empty in en or zh"
    if not edits:
        yield "there are no [[edits]]"
    for edit in edits:
        if edit.file not in assignment.files:
            yield f"{edit.file} is none of the files that are handed in"
        if not edit.find.strip():
            yield "an edit's find is empty"


def _refusal(path: Path, problem: str) -> CourseError:
    return CourseError(f"{path}: {one_line(problem)}. Do: mend the file, then: autograder verify")
