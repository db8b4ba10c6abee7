"""What client, Dask worker and host say to each other, besides submissions and reports."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.errors import CourseError, GraderFault


@dataclass(frozen=True)
class Setup:
    """The first message to a host."""

    parcel: bytes  # see parcel.py
    jobs: int


@dataclass(frozen=True)
class Ready:
    """The first message from a host, unless there is a CourseError or GraderFault to send."""


@dataclass(frozen=True)
class Refusal:
    """Why a worker is not used for a run."""

    cause: str
    remedy: str

    @classmethod
    def of(cls, error: CourseError | GraderFault) -> Refusal:
        cause, _, remedy = str(error).partition(". Do: ")
        return cls(cause, remedy or "report this")


@dataclass(frozen=True)
class Unprepared:
    """A worker's answer to a submission of a run that it knows nothing of: it has just started."""
