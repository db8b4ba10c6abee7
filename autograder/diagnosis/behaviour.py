"""How a submission behaves: in each test, how that ended and what each call gave back.

Any code may be looked at so: the reference, one with a mistake put in, a class's fills. It is
graded as ever, in the sandbox, and what comes back is sketches, not tensors.
"""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from autograder.diagnosis.sketches import Trace, same_trace
from autograder.reports.schema import Report


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


def same(one: Behaviour, other: Behaviour, rtol: float | None = None) -> bool:
    """Whether two behave the same: every test ended the same way, at the same point, and every
    call gave the same, up to rounding. `rtol`, of a tensor's length, in place of the dtypes' own.

    What was never run behaves like nothing.
    """
    if one.problem or other.problem or len(one.tests) != len(other.tests):
        return False
    return all(same_trace(*pair, rtol) for pair in zip(one.tests, other.tests, strict=True))


def behaviour_of(report: Report) -> Behaviour:
    """Of a report with traces."""
    if report.status != "graded":
        return Behaviour(tests=(), problem=report.reason or report.status)
    return Behaviour(tests=() if report.traces is msgspec.UNSET else report.traces)
