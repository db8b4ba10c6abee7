"""Data that grading needs and that does not travel: a worker must have it, with the same bytes."""

from __future__ import annotations

import dataclasses
import hashlib
from dataclasses import dataclass
from pathlib import Path

from autograder.course.assignment import Assignment
from autograder.errors import CourseError
from autograder.grading.blank import data_of
from autograder.scale.job import Job


@dataclass(frozen=True)
class Data:
    """What a job needs of data, as the client has it."""

    sources: str  # as the report names them: each with the beginning of its SHA-256
    weights: Path | None  # of --model, an absolute path
    weights_sha256: str


def data_needed(job: Job) -> Data:
    """Raises CourseError where the client lacks some of it."""
    model = job.options.model
    path = model.path.resolve() if model else None
    return Data(data_of(job.assignment), path, _sha256(path) if path else "")


def placed(job: Job, data: Data) -> Job:
    """The job with its weights by absolute path."""
    model = job.options.model
    if model is None or data.weights is None:
        return job
    moved = dataclasses.replace(model, path=data.weights)
    return dataclasses.replace(job, options=dataclasses.replace(job.options, model=moved))


def check_data(assignment: Assignment, data: Data) -> None:
    """Raises CourseError, by name, for what is missing on this machine or has other bytes."""
    here = data_of(assignment)
    for name, mine, other in zip(
        assignment.needs, here.split(", "), data.sources.split(", "), strict=False
    ):
        if mine != other:
            raise CourseError(f"{mine} there, {other} here. Do: `autograder fetch {name}` there")
    if data.weights is None:
        return
    if not data.weights.is_file():
        raise CourseError(
            f"{data.weights} (--model) is not there. Do: put the same file at that path"
        )
    if _sha256(data.weights) != data.weights_sha256:
        raise CourseError(
            f"{data.weights} (--model) has other bytes there. Do: put the same file at that path"
        )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
