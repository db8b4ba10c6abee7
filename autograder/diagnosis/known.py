"""Makes the table of an assignment's known mistakes.

Each mistake is put into the reference and graded as a submission is, in the tests of its own
exercise and in those that run other exercises' code as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from autograder.course.assignment import Assignment
from autograder.course.one_line import one_line
from autograder.diagnosis.edits import edited
from autograder.diagnosis.mistakes import Mistake, mistake_paths, read_mistake, read_mistakes
from autograder.diagnosis.sketches import Trace
from autograder.diagnosis.table import Known, KnownMistake
from autograder.errors import CourseError
from autograder.intake.reference import read_reference
from autograder.intake.submission import Submission
from autograder.reports.schema import Report

TRIAL = "known mistake/"  # begins the id of what is run for the table: no student's has a slash


def trials(assignment: Assignment, exercise: str) -> Iterator[Submission]:
    """What to run for an exercise's part: the reference, and with each of its mistakes put in.

    Raises CourseError for a mistake that cannot be read, or does not fit the reference.
    """
    reference = read_reference(assignment)
    sources = _sources(assignment, reference)
    tests = frozenset(test.id for one in assignment.exercises for test in one.tests
                      if test.whole or one.id == exercise)  # fmt: skip
    yield Submission(_right(exercise), assignment.name, reference.files, tests=tests,
                     is_traced=True)  # fmt: skip
    for mistake in read_mistakes(assignment, exercise):
        wrong = {name: text.encode() for name, text in edited(sources, mistake).items()}
        yield Submission(f"{TRIAL}{mistake.name}", assignment.name, {**reference.files, **wrong},
                         tests=tests, is_traced=True)  # fmt: skip


def _right(exercise: str) -> str:
    """The reference's id; a mistake's has one more slash."""
    return f"{TRIAL}{exercise}"


def _sources(assignment: Assignment, reference: Submission) -> dict[str, str]:
    return {name: reference.files[name].decode() for name in assignment.files}


def faults(assignment: Assignment) -> Iterator[str]:
    """What is wrong with its known mistakes: those that cannot be read, or do not fit."""
    paths = mistake_paths(assignment)
    sources = _sources(assignment, read_reference(assignment)) if paths else {}
    for path in paths:
        try:
            edited(sources, read_mistake(assignment, path))
        except CourseError as error:
            yield one_line(str(error))


def refuse_faults(assignment: Assignment) -> None:
    """Where a table is made to be handed out, none may lack in it."""
    for fault in faults(assignment):
        raise CourseError(fault)


def known_of(assignment: Assignment, exercise: str, reports: Mapping[str, Report]) -> Known:
    """An exercise's part of the table from the trials' reports, by id. A mistake that did not run,
    or that no test catches, is left out; where the reference is wrong, all are."""
    right = _traces(reports.get(_right(exercise)))
    if not right or any(one.status != "passed" for one in right):
        return Known()
    found = [_known(one, _traces(reports.get(f"{TRIAL}{one.name}")))
             for one in read_mistakes(assignment, exercise)]  # fmt: skip
    mistakes = tuple(one for one in found if any(test.calls for test in one.tests))
    caught = {test.id for one in mistakes for test in one.tests if test.calls}
    return Known(mistakes=mistakes, right=tuple(one for one in right if one.id in caught))


def _known(mistake: Mistake, tests: Sequence[Trace]) -> KnownMistake:
    return KnownMistake(
        name=mistake.name,
        exercise=mistake.exercise,
        title=mistake.title,
        seen=mistake.seen,
        why=mistake.why,
        look=mistake.look,
        tests=tuple(Trace(id=one.id, status=one.status) if one.status == "passed" else one
                    for one in tests),
    )  # fmt: skip


def _traces(report: Report | None) -> tuple[Trace, ...]:
    if report is None or report.status != "graded" or report.traces is msgspec.UNSET:
        return ()
    return report.traces
