"""What the zip says of itself: which assignment, and what the instructor chose."""

from __future__ import annotations

from pathlib import Path

import msgspec

from autograder.course.assignment import Language
from autograder.course.exporting import WithoutLandlock
from autograder.diagnosis.table import Known, decode_known
from autograder.errors import CourseError

FILE = "gradescope.json"  # beside run_autograder
KNOWN = "known_mistakes.json"  # the table of them, beside it
COURSE = "course"  # the folder beside it with the assignment's files


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """As `export gradescope` writes them."""

    assignment: str
    without_landlock: WithoutLandlock
    language: Language


def read_known(source: Path) -> Known:
    """The table of known mistakes."""
    path = source / KNOWN
    return decode_known(path.read_bytes(), path) if path.is_file() else Known()


def encode_settings(settings: Settings) -> bytes:
    return msgspec.json.format(msgspec.json.encode(settings), indent=2) + b"\n"


def read_settings(source: Path) -> Settings:
    """Raises CourseError where they are missing or not ours."""
    path = source / FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=Settings)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CourseError(f"{path}: {error}. Do: autograder export gradescope again") from error
