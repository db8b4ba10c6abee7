"""How a submission behaves: in each test, how that ended and what each call gave back.

Any code may be looked at so: the reference, one with a mistake put in, a class's fills. It is
graded as ever, in the sandbox, and what comes back is sketches, not tensors.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Iterator

import msgspec

from autograder.course.assignment import Assignment
from autograder.diagnosis.sketches import Trace, same_trace
from autograder.grading.options import Isolation, Options
from autograder.intake.submission import Submission
from autograder.models.weights import Model
from autograder.reports.schema import Report
from autograder.scale.job import Executor, Failed, Job


class Behaviour(msgspec.Struct, frozen=True, kw_only=True):
    """In some tests of an assignment, in the assignment's order."""

    tests: tuple[Trace, ...]
    problem: str = ""  # why it could not be run at all; then there are no tests

    @property
    def failed(self) -> tuple[Trace, ...]:
        return tuple(test for test in self.tests if test.status != "passed")

    def of(self, tests: Collection[str]) -> Behaviour:
        """In these tests only."""
        return Behaviour(
            tests=tuple(one for one in self.tests if one.id in tests), problem=self.problem
        )


def behaviours(
    assignment: Assignment,
    submissions: Iterable[Submission],
    execute: Executor,
    *,
    tests: Collection[str] | None = None,
    isolation: Isolation = "landlock",
    model: Model | None = None,
) -> Iterator[tuple[str, Behaviour]]:
    """Each submission's id and behaviour, as they are done: in `tests`, by id, or in all.

    A submission's own `tests`, where it has any, take their place. Ids must differ. Raises what
    the executor raises.
    """
    asked = (_traced(one, tests) for one in submissions)
    for result in execute(Job(assignment, Options(isolation, model=model)), asked):
        if isinstance(result, Failed):
            yield result.submission.student, Behaviour(tests=(), problem=result.reason)
        else:
            yield result.submission.id, behaviour_of(result)


def same(one: Behaviour, other: Behaviour, rtol: float | None = None) -> bool:
    """Whether two behave the same: every test ended the same way, at the same point, and every
    call gave the same, up to rounding. `rtol`, of a tensor's length, in place of the dtypes' own.

    What was never run behaves like nothing.
    """
    if one.problem or other.problem or len(one.tests) != len(other.tests):
        return False
    return all(same_trace(*pair, rtol) for pair in zip(one.tests, other.tests, strict=True))


def _traced(submission: Submission, tests: Collection[str] | None) -> Submission:
    own = submission.tests if submission.tests is not None or tests is None else frozenset(tests)
    return dataclasses.replace(submission, tests=own, is_traced=True)


def behaviour_of(report: Report) -> Behaviour:
    """Of a report with traces."""
    if report.status != "graded":
        return Behaviour(tests=(), problem=report.reason or report.status)
    return Behaviour(tests=() if report.traces is msgspec.UNSET else report.traces)
