"""How one graded test ended."""

from __future__ import annotations

from dataclasses import dataclass, field

from autograder.diagnosis.sketches import CallTrace, Trace
from autograder.grading.compare import Difference
from autograder.grading.record import Entries
from autograder.grading.verdict import FLEETING, Cause, Status
from autograder.sandbox.outcome import StudentFailure

MOST_WORDS = 200  # characters of a verdict that tell it from others


@dataclass(frozen=True)
class Outcome:
    """`cause` says why the test did not pass; of a test with parts, each part has its own."""

    id: str  # relative to tests/<assignment>/
    status: Status
    cause: Cause
    duration_s: float
    entries: Entries = field(default_factory=Entries)
    calls: tuple[CallTrace, ...] | None = None  # what they gave, where that was asked for

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

    @property
    def is_fleeting(self) -> bool:
        """Whether it, or a part of it, may come out otherwise at another moment."""
        ended = (self.status, *(part.status for part in self.entries.parts))
        return any(one in FLEETING for one in ended)

    @property
    def trace(self) -> Trace | None:
        """What tells this outcome from that of other code."""
        if self.calls is None:
            return None
        return Trace(
            id=self.id,
            status=self.status,
            found=tuple(map(_found, self.causes)),
            calls=self.calls,
        )


def _found(cause: Cause) -> str:
    """What was wrong, without the numbers: those are in the calls."""
    match cause:
        case None:
            return ""
        case Difference():
            return f"{cause.kind} {cause.name}"
        case StudentFailure():
            return cause.kind
    return (cause if isinstance(cause, str) else cause.en)[:MOST_WORDS]


def outcome(
    test_id: str,
    status: Status,
    cause: Cause,
    duration_s: float,
    entries: Entries,
) -> Outcome:
    """The outcome of a test that ended with this verdict, outside its parts, if it has any."""
    lost = [part for part in entries.parts if part.status != "passed"]
    if status == "passed" and lost:
        status = "partial" if entries.earned else lost[0].status
    return Outcome(test_id, status, cause, duration_s, entries)
