"""A class's answers to each gap, grouped by what they do.

One answer at a time is put into the reference, and the tests of the gap's exercise are run on it,
in the sandbox as ever. Answers that behave the same are one group.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from autograder.consensus.fills import Tally
from autograder.consensus.places import Place
from autograder.consensus.syntax import Code, put_in
from autograder.course.assignment import Assignment, Exercise
from autograder.diagnosis.behaviour import Behaviour, behaviour_of, same
from autograder.errors import CourseError
from autograder.intake.submission import Submission
from autograder.reports.schema import Report

RIGHT = ("passed", "skipped")
ALONE = 1  # an answer of so many students shows nothing that may name one
Files = Mapping[str, bytes]
Run = Callable[[Sequence[Submission]], Iterable[Report]]  # one for each, in whatever order


@dataclass(frozen=True)
class Group:
    """Answers that behave the same; what they score alone, all else being the reference's."""

    codes: tuple[tuple[Code, int], ...]  # with how many wrote each, the commonest first
    score: float
    is_right: bool  # passes every test of the exercise
    problem: str = ""  # our own fault: it could not be run

    @property
    def count(self) -> int:
        return sum(count for _, count in self.codes)

    @property
    def example(self) -> Code:
        """The commonest, as it may be shown and run in the class's program."""
        return shown(*self.codes[0])

    @property
    def rank(self) -> tuple[int, bool, str]:
        """The largest first; of equal ones one with nothing to hide, then the first by its text.

        Which favours neither right answers nor wrong ones.
        """
        return -self.count, self.example is not self.codes[0][0], self.example.text


@dataclass(frozen=True)
class Vote:
    """One gap: its groups, the largest first."""

    tally: Tally
    exercise: Exercise
    groups: tuple[Group, ...]

    @property
    def majority(self) -> Group | None:
        """None where nobody has an answer that stands by itself."""
        return next((one for one in self.groups if not one.problem), None)

    @property
    def is_tied(self) -> bool:
        able = [one for one in self.groups if not one.problem]
        return len(able) > 1 and able[0].count == able[1].count

    @property
    def wrong(self) -> int:
        """Students whose answer loses points."""
        return sum(one.count for one in self.groups if not one.is_right and not one.problem)

    @property
    def right(self) -> int:
        return sum(one.count for one in self.groups if one.is_right)


def votes(
    assignment: Assignment, reference: Files, tallies: Sequence[Tally], run: Run
) -> list[Vote]:
    """The gaps that most get wrong first, then those that most leave open."""
    reports = {one.submission.id: one
               for one in run(list(_submissions(assignment, reference, tallies)))}  # fmt: skip
    found = [_vote(assignment, one, reports) for one in tallies]
    return sorted(found, key=lambda one: (-one.wrong, -one.tally.open, one.tally.place.key))


def _submissions(
    assignment: Assignment, reference: Files, tallies: Sequence[Tally]
) -> Iterator[Submission]:
    """The reference with one distinct answer each."""
    for one in tallies:
        place, tests = one.place, _tests(assignment, one.place)
        for number, code in enumerate(one.codes):
            files = {**reference, place.file: put_in(place, code).encode()}
            yield Submission(_id(place, number), assignment.name, files, tests=tests,
                             is_traced=True)  # fmt: skip


def _tests(assignment: Assignment, place: Place) -> frozenset[str]:
    return frozenset(test.id for test in _exercise(assignment, place).tests)


def _exercise(assignment: Assignment, place: Place) -> Exercise:
    for one in assignment.exercises:
        if one.id == place.gap.exercise:
            return one
    raise CourseError(
        f"{assignment.toml}: no exercise {place.gap.exercise!r}, for which {place.file} has gaps. "
        "Do: add it, or rename the marks"
    )


def _id(place: Place, number: int) -> str:
    return f"{place.file} {place.gap.number} {number}"


def _vote(assignment: Assignment, tally: Tally, reports: Mapping[str, Report]) -> Vote:
    exercise = _exercise(assignment, tally.place)
    alike: list[tuple[Report, Behaviour, list[tuple[Code, int]]]] = []
    for number, (code, count) in enumerate(tally.codes.items()):
        report = reports[_id(tally.place, number)]
        behaviour = behaviour_of(report)
        home = next((codes for _, other, codes in alike if same(behaviour, other)), None)
        if home is None:
            alike.append((report, behaviour, [(code, count)]))
        else:
            home.append((code, count))
    groups = [_group(exercise, report, codes) for report, _, codes in alike]
    return Vote(tally, exercise, tuple(sorted(groups, key=lambda one: one.rank)))


def _group(exercise: Exercise, report: Report, codes: list[tuple[Code, int]]) -> Group:
    score = next((one.score for one in report.exercises if one.id == exercise.id), 0.0)
    is_right = report.status == "graded" and all(one.status in RIGHT for one in report.tests)
    problem = "" if report.status == "graded" else report.reason or report.status
    return Group(ordered(codes), score, is_right, problem)


def ordered(codes: Iterable[tuple[Code, int]]) -> tuple[tuple[Code, int], ...]:
    """The commonest first; of equals one with nothing to hide, then the shortest, the plainest."""
    return tuple(sorted(codes, key=_order))


def shown(code: Code, count: int) -> Code:
    """What `count` students wrote, as it may be shown."""
    return code.nameless if count <= ALONE else code


def _order(one: tuple[Code, int]) -> tuple[int, bool, int, str]:
    code, count = one
    return -count, shown(code, count) is not code, len(code.text), code.text
