"""How one graded test ended."""

from __future__ import annotations

from dataclasses import dataclass, field

from autograder.grading.record import Entries
from autograder.grading.verdict import Cause, Status


@dataclass(frozen=True)
class Outcome:
    """`cause` says why the test did not pass; of a test with parts, each part has its own."""

    id: str  # relative to tests/<assignment>/
    status: Status
    cause: Cause
    duration_s: float
    entries: Entries = field(default_factory=Entries)

    @property
    def earned(self) -> float:
        """The share of the test's points, 0…1."""
        if self.status == "partial":
            return self.entries.earned
        return float(self.status == "passed")

    @property
    def causes(self) -> tuple[Cause, ...]:
        """Of the test and of its parts."""
        return (self.cause, *(part.cause for part in self.entries.parts))


def outcome(
    test_id: str, status: Status, cause: Cause, duration_s: float, entries: Entries
) -> Outcome:
    """The outcome of a test that ended with this verdict, outside its parts, if it has any."""
    lost = [part for part in entries.parts if part.status != "passed"]
    if status == "passed" and lost:
        status = "partial" if entries.earned else lost[0].status
    return Outcome(test_id, status, cause, duration_s, entries)
