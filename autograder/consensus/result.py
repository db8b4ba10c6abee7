"""What a vote found, as consensus.json has it. Nobody is named in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from autograder.consensus.groups import Group, Vote
from autograder.course.assignment import Assignment
from autograder.errors import CourseError
from autograder.reports.schema import Report, TestStatus

VERSION = 1
FILE = "consensus.json"  # in the folder of reports
_ALONE = 1  # an answer of so many students shows no text in quotes that may name one


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
    students: int
    gaps: tuple[GapResult, ...]  # those that most get wrong first
    as_one: ClassScore
    program: dict[str, str]  # by file: the majority's answers in the template


class ConsensusFile(msgspec.Struct, frozen=True, kw_only=True):
    version: int = VERSION
    assignments: tuple[Consensus, ...]


def gap_result(vote: Vote) -> GapResult:
    tally, gap = vote.tally, vote.tally.place.gap
    return GapResult(
        number=gap.number, file=tally.place.file, exercise=gap.exercise, name=gap.name,
        scope=gap.scope, statement=gap.statement, max_score=vote.exercise.points,
        right=vote.right, wrong=vote.wrong, open=tally.open, apart=tally.apart, lost=tally.lost,
        tied=vote.is_tied, groups=tuple(map(_group, vote.groups)),
    )  # fmt: skip


def _group(group: Group) -> GroupResult:
    code, count = group.codes[0]
    return GroupResult(
        count=group.count, answers=len(group.codes), score=group.score, right=group.is_right,
        example=code.nameless if count <= _ALONE else code.shown,
        problem=group.problem.partition("\n")[0],
    )  # fmt: skip


def class_score(assignment: Assignment, report: Report, votes: Sequence[Vote]) -> ClassScore:
    voted = {one.exercise.id for one in votes}
    exercises = tuple(ClassExercise(id=one.id, title=one.title, score=one.score,
                                    max_score=one.max_score)
                      for one in report.exercises if one.id in voted)  # fmt: skip
    found = ClassScore(
        score=report.score,
        max_score=sum(one.points for one in assignment.exercises if one.id in voted),
        exercises=exercises,
        failing=tuple(ClassTest(id=one.id, title=one.title, status=one.status)
                      for one in report.tests if one.status not in ("passed", "skipped")),
    )  # fmt: skip
    if assignment.consensus is None or found.score is None:
        return found
    most = assignment.consensus.bonus
    return msgspec.structs.replace(found, bonus=round(most * found.share, 3), max_bonus=most)


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
