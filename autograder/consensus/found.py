"""From the votes and the class's report to what is shown of them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from autograder.consensus.bonus import bonus_of
from autograder.consensus.groups import Group, Vote
from autograder.consensus.result import (
    ClassExercise,
    ClassScore,
    ClassTest,
    GapResult,
    GroupResult,
)
from autograder.course.assignment import Assignment
from autograder.reports.schema import Report


def gap_result(vote: Vote) -> GapResult:
    tally, gap = vote.tally, vote.tally.place.gap
    return GapResult(
        number=gap.number, file=tally.place.file, exercise=gap.exercise, name=gap.name,
        scope=gap.scope, statement=gap.statement, max_score=vote.exercise.points,
        right=vote.right, wrong=vote.wrong, open=tally.open, apart=tally.apart, lost=tally.lost,
        tied=vote.is_tied, groups=tuple(map(_group, vote.groups)),
    )  # fmt: skip


def _group(group: Group) -> GroupResult:
    return GroupResult(
        count=group.count, answers=len(group.codes), score=group.score, right=group.is_right,
        example=group.example.shown,
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
    return msgspec.structs.replace(found, bonus=bonus_of(most, found), max_bonus=most)
