"""Data that grading needs and that does not travel: a worker must have it, with the same bytes."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import CourseError
from autograder.models.origins import READABLE
from autograder.models.store import locate
from autograder.scale.job import Job


@dataclass(frozen=True)
class Data:
    """What a job needs of data, as the client has it."""

    sources: Mapping[str, str]  # of the catalogue, each with its files' SHA-256
    weights: Path | None  # of --model, an absolute path
    weights_sha256: str


def data_needed(job: Job) -> Data:
    """Raises CourseError where the client lacks some of it."""
    model = job.options.model
    path = model.path.resolve() if model else None
    sources = {name: _sha256_of(locate(name)) for name in job.assignment.needs}
    return Data(sources, path, _sha256(path) if path else "")


def placed(job: Job, data: Data) -> Job:
    """The job with its weights by absolute path."""
    model = job.options.model
    if model is None or data.weights is None:
        return job
    moved = dataclasses.replace(model, path=data.weights)
    return dataclasses.replace(job, options=dataclasses.replace(job.options, model=moved))


def check_data(data: Data) -> None:
    """Raises CourseError, by name, for what is missing on this machine or has other bytes."""
    for name, expected in data.sources.items():
        if _sha256_of(locate(name)) != expected:
            raise CourseError(
                f"{locate(name)}: {name} has other bytes there than here. Do: remove that folder, "
                f"and there: `autograder fetch {name}`"
            )
    path = data.weights
    if path and not (path.is_file() and _sha256(path) == data.weights_sha256):
        problem = "has other bytes" if path.is_file() else "is not"
        raise CourseError(f"{path} (--model) {problem} there. Do: put the same file at that path")


def _sha256_of(folder: Path) -> str:
    """Of the files from which a report names its data, in order: names and contents."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.suffix in READABLE):
        digest.update(path.name.encode() + b"\0" + bytes.fromhex(_sha256(path)))
    return digest.hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
