"""The table of an assignment's known mistakes, as data: what to say of each, and what it gives.

It holds no code. Of hidden tests it would tell what their inputs come to, so that students get the
part that is about public tests.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from autograder.course.assignment import Assignment, Text
from autograder.diagnosis.sketches import Trace
from autograder.errors import CourseError


class KnownMistake(msgspec.Struct, frozen=True, kw_only=True):
    """What to say of a mistake, and how to know it again."""

    name: str  # exercise/mistake
    exercise: str
    title: Text
    seen: Text
    why: Text
    look: Text
    tests: tuple[Trace, ...]  # of its exercise, and whole ones; with calls where they do not pass


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """The known mistakes of an assignment that its tests catch, in order of name."""

    mistakes: tuple[KnownMistake, ...] = ()
    right: tuple[Trace, ...] = ()  # of the reference, in the tests that mistakes are caught by


def together(parts: Iterable[Known]) -> Known:
    """One table of the parts of several exercises."""
    known = list(parts)
    right = {test.id: test for one in known for test in one.right}
    mistakes = tuple(mistake for one in known for mistake in one.mistakes)
    return Known(mistakes=mistakes, right=tuple(right.values()))


def part_of(known: Known, exercise: str) -> Known:
    mistakes = tuple(one for one in known.mistakes if one.exercise == exercise)
    return Known(mistakes=mistakes, right=known.right)


class Released(msgspec.Struct, frozen=True, kw_only=True):
    """The file in a template, for `check`."""

    made_of: str  # SHA-256 of what decides it
    known: Known


def table_path(assignment: Assignment) -> Path:
    return assignment.folder / "mistakes.json"


def has_table(assignment: Assignment) -> bool:
    return table_path(assignment).is_file()


def read_table(assignment: Assignment) -> Known:
    return read_released(table_path(assignment)).known


def read_released(path: Path) -> Released:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Released)
    except (msgspec.DecodeError, UnicodeDecodeError, OSError) as error:
        raise CourseError(f"{path}: not a table of mistakes ({error}). Do: get it anew") from error


def encode_known(known: Known) -> bytes:
    return msgspec.json.encode(known) + b"\n"


def decode_known(data: bytes, path: Path) -> Known:
    try:
        return msgspec.json.decode(data, type=Known)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CourseError(f"{path}: not a table of mistakes ({error}). Do: get it anew") from error
