"""How far a student is in the whole course, kept in the template's folder between checks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from autograder.course.assignment import Course
from autograder.loop.checking import public_tests
from autograder.reports.whole import write_whole

FILE = ".autograder/progress.json"  # in the template's folder; its .gitignore leaves it out


class Standing(msgspec.Struct, frozen=True):
    """What the last run of an exercise's tests came to, and what decided that."""

    decided_by: dict[str, str]  # see footprint.py
    statuses: dict[str, str]  # by test
    points: float

    def holds(self, now: Mapping[str, str]) -> bool:
        """Whether a run would come to the same."""
        return all(now.get(name) == print_ for name, print_ in self.decided_by.items())

    @property
    def is_passed(self) -> bool:
        return all(status == "passed" for status in self.statuses.values())


Standings = dict[str, dict[str, Standing]]  # by assignment and exercise


def load_standings(root: Path) -> Standings:
    """As saved; nothing where that is missing or is something else: the checks find it again."""
    try:
        return msgspec.json.decode((root / FILE).read_bytes(), type=Standings)
    except (OSError, msgspec.DecodeError, RecursionError):
        return {}


def save_standings(root: Path, standings: Standings) -> None:
    write_whole(root / FILE, msgspec.json.format(msgspec.json.encode(standings)) + b"\n")


def course_points(course: Course, standings: Standings) -> tuple[float, float]:
    """Points of all public tests in the course that are earned, and that there are."""
    assignments = [course.assignment(name) for name in course.names]
    most = sum(test.points for one in assignments for test in public_tests(one))
    return sum(
        standings[one.name][exercise.id].points
        for one in assignments
        for exercise in one.exercises
        if exercise.id in standings.get(one.name, {})
    ), most
