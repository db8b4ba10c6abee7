"""The JSON report of one submission: its fields, to bytes and back.

The fields are a contract: a change of their meaning is a new `SCHEMA_VERSION`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from autograder.diagnosis.sketches import Trace
from autograder.errors import CourseError

SCHEMA_VERSION = 1

TestStatus = Literal[
    "passed", "partial", "failed", "error", "timeout", "crashed", "limit", "skipped"
]


class SubmissionInfo(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    sha256: str  # of the graded files' names and bytes
    files: tuple[str, ...]


class Adjustment(msgspec.Struct, frozen=True, kw_only=True):
    kind: Literal["bonus", "late", "override"]
    points: float
    reason: str


class ExerciseReport(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    title: str
    score: float
    max_score: float


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    label: str
    value: float
    right: bool  # the right answer, or one of them
    yours: bool  # the student's


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers that people would rather look at: one bar each, of one unit."""

    title: str
    bars: tuple[Bar, ...]


class TensorDifference(msgspec.Struct, frozen=True, kw_only=True):
    """Two tensors that should agree, and where and how far they do not; numbers as texts."""

    name: str
    shape: tuple[int, ...]
    at: tuple[int, ...]  # where the difference is largest, or a value is no finite number
    yours: str
    expected: str
    largest: str  # empty where a value is no finite number
    tolerance: str  # empty where none is allowed
    share: float  # of the values that are outside the tolerance, 0…1
    map: tuple[str, ...] = ()  # over the last two axes; see maps.py


class KnownMistake(msgspec.Struct, frozen=True, kw_only=True):
    """A mistake that the course knows, and what to tell who made it."""

    name: str  # exercise/mistake
    title: str
    seen: str = ""  # these three are empty where an earlier test of the exercise has them
    why: str = ""
    look: str = ""


class Diagnosis(msgspec.Struct, frozen=True, kw_only=True):
    """What is behind a failure: one of `mistakes`, which give the same; else what is measured."""

    mistakes: tuple[KnownMistake, ...] = ()
    measured: tuple[str, ...] = ()  # nothing of a hidden test


class TestReport(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    exercise: str
    title: str
    status: TestStatus
    score: float
    max_score: float
    visibility: Literal["public", "hidden"]
    message: str  # what went wrong; empty for a hidden test unless it gives nothing away
    hint: str  # where to look; empty when the test passed
    duration_s: float
    notes: tuple[str, ...] = ()  # what else is to be known, also of a test that passed
    pictures: tuple[Picture, ...] = ()
    differences: tuple[TensorDifference, ...] = ()  # none of a hidden test
    diagnosis: Diagnosis | None = None  # of a test that lost points, where it can be told


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about one student's result in one assignment; texts are in one language."""

    schema_version: int = SCHEMA_VERSION
    assignment: str
    submission: SubmissionInfo
    status: Literal["graded", "ungradable", "rejected"]
    reason: str = ""  # why it was rejected or is ungradable: path, cause and next step
    score: float | None  # 0 … max_score; None if ungradable, 0 if rejected
    max_score: float
    adjustments: tuple[Adjustment, ...] = ()
    final_score: float | None
    exercises: tuple[ExerciseReport, ...]
    tests: tuple[TestReport, ...]
    isolation: str
    seed: int
    versions: dict[str, str]
    model: str  # which weights the tests used
    started_at: str  # ISO 8601, UTC
    duration_s: float  # wall clock
    fleeting: bool | msgspec.UnsetType = msgspec.UNSET  # only said where it is true
    traces: tuple[Trace, ...] | msgspec.UnsetType = msgspec.UNSET  # in no file: who reads, drops it


def encode(report: Report) -> bytes:
    """UTF-8 JSON, two spaces a level, a line break at the end."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"


def decode(data: bytes, path: Path) -> Report:
    try:
        return msgspec.json.decode(data, type=Report)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CourseError(
            f"{path}: not a report of this version ({error}). Do: grade again"
        ) from error
