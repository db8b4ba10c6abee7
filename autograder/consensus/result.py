"""What a vote found, as consensus.json has it. Nobody is named in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from autograder.errors import CourseError
from autograder.reports.schema import TestStatus

VERSION = 1
FILE = "consensus.json"  # in the folder of reports


class GroupResult(msgspec.Struct, frozen=True, kw_only=True):
    """Answers that behave the same."""

    count: int  # students
    answers: int  # that are written differently
    score: float  # of the exercise, all else being the reference's
    right: bool  # every test of the exercise passes
    example: str  # the commonest answer of the group
    problem: str = ""  # why it could not be run, which is not the students' fault


class GapResult(msgspec.Struct, frozen=True, kw_only=True):
    """One gap; of the students, each is counted once."""

    number: int
    file: str
    exercise: str
    name: str
    scope: str
    statement: str  # of the template, with the gap
    max_score: float  # of its exercise
    right: int
    wrong: int
    open: int
    apart: int  # the answer uses other lines of the student's own, and was not run
    lost: int  # no answer can be found
    tied: bool  # several groups are the largest
    groups: tuple[GroupResult, ...]  # the largest first

    @property
    def majority(self) -> GroupResult | None:
        """The first that could be run."""
        return next((one for one in self.groups if not one.problem), None)


class ClassExercise(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    title: str
    score: float
    max_score: float


class ClassTest(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    title: str
    status: TestStatus


class ClassScore(msgspec.Struct, frozen=True, kw_only=True):
    """The class as one student, in the exercises that have gaps."""

    score: float | None  # None: it could not be graded
    max_score: float
    exercises: tuple[ClassExercise, ...]
    failing: tuple[ClassTest, ...]
    bonus: float | None = None  # for each student; None: the assignment offers none
    max_bonus: float = 0.0

    @property
    def share(self) -> float:
        return (self.score or 0.0) / self.max_score if self.max_score else 0.0


class Consensus(msgspec.Struct, frozen=True, kw_only=True):
    """One assignment."""

    assignment: str
    title: str
    students: int  # who handed in something that can be read
    gaps: tuple[GapResult, ...]  # those that most get wrong first
    as_one: ClassScore
    program: dict[str, str]  # by file: the majority's answers in the template
    unread: int = 0  # students besides, whose files could not be read


class ConsensusFile(msgspec.Struct, frozen=True, kw_only=True):
    version: int = VERSION
    assignments: tuple[Consensus, ...]


def dump(found: Sequence[Consensus]) -> bytes:
    """UTF-8 JSON, two spaces a level, a line break at the end."""
    return msgspec.json.format(msgspec.json.encode(ConsensusFile(assignments=tuple(found))),
                               indent=2) + b"\n"  # fmt: skip


def load(data: bytes, where: str) -> Mapping[str, Consensus]:
    """By assignment. CourseError where the text is something else."""
    try:
        found = msgspec.json.decode(data, type=ConsensusFile)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CourseError(f"{where}: no majority vote of this version ({error}). "
                          "Do: autograder consensus again, or delete it") from error  # fmt: skip
    return {one.assignment: one for one in found.assignments}
