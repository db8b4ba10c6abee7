"""The class as one student: the majority's answers in one program, and what it scores."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from autograder.consensus.groups import Files, Run, Vote
from autograder.consensus.places import program
from autograder.consensus.syntax import indented, with_imports
from autograder.course.assignment import Assignment
from autograder.course.gaps import HOLE
from autograder.course.masking import Masked
from autograder.intake.submission import Submission
from autograder.reports.schema import Report

CLASS = "the class"


def assembled(masked: Mapping[str, Masked], votes: Iterable[Vote]) -> dict[str, str]:
    """Each file with the majority's answer in every gap; a gap that nobody answers stays open.

    An answer stands there as it may be shown, so the files may be, too.
    """
    by_file: dict[str, list[Vote]] = {name: [] for name in masked}
    for one in votes:
        by_file[one.tally.place.file].append(one)
    return {name: _file(one, by_file[name]) for name, one in masked.items()}


def graded_class(
    assignment: Assignment, reference: Files, programs: Mapping[str, str],
    votes: Sequence[Vote], run: Run,
) -> Report:  # fmt: skip
    """The report of the program, in the exercises that have gaps: no other is voted on."""
    voted = {one.exercise.id for one in votes}
    tests = frozenset(test.id for one in assignment.exercises if one.id in voted
                      for test in one.tests)  # fmt: skip
    files = {**reference, **{name: text.encode() for name, text in programs.items()}}
    return next(iter(run([Submission(CLASS, assignment.name, files, tests=tests)])))


def _file(masked: Masked, votes: Sequence[Vote]) -> str:
    answers: dict[int, str] = {}
    imports: set[str] = set()
    for one in votes:
        place, most = one.tally.place, one.majority
        answers[place.gap.number] = HOLE
        if most:
            answers[place.gap.number] = indented(most.example.text, place.around[0])
            imports.update(most.example.imports)
    return with_imports(program(masked, answers), imports)
