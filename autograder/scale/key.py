"""What decides a result, as one key: a report is known again exactly where all of this is equal."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import platform
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from autograder.course.files import graded_files
from autograder.course.policy import without_policy
from autograder.diagnosis.table import encode_known
from autograder.grading.blank import data_of
from autograder.grading.identity import all_versions, own_files
from autograder.intake.submission import Submission
from autograder.scale.job import Job

Key = str  # 64 hexadecimal digits


class Keys:
    """The keys of one job's results. All but the submission's part is computed once."""

    def __init__(self, job: Job) -> None:
        self.job = _digest(_parts(job))  # names all that is the same for each submission

    def of(self, submission: Submission) -> Key:
        """The key of a submission's result; whose it is makes no difference."""
        unread = msgspec.json.encode(dict(submission.unread), order="sorted")
        return _digest([self.job.encode(), submission.sha256.encode(), unread])


def _parts(job: Job) -> Iterator[bytes]:
    assignment, options = job.assignment, job.options
    for name, content in sorted(graded_files(assignment).items()):
        decides = without_policy(content) if name.endswith("/assignment.toml") else content
        yield from (name.encode(), decides)
    yield from (options.isolation.encode(), options.language.encode())
    yield bytes([options.reveal, options.diagnose])
    if job.known:
        yield encode_known(job.known)
    yield data_of(assignment).encode()
    if options.model:
        yield from (options.model.name.encode(), _sha256(options.model.path))
        yield msgspec.json.encode(options.model.config, order="sorted")
    yield from (own_files().encode(), _processor())
    yield msgspec.json.encode(all_versions(assignment.profile), order="sorted")


def table_key(job: Job) -> Key:
    """The key of the job's table of known mistakes, which is in all languages."""
    options = dataclasses.replace(job.options, language="en", reveal=False)
    return _digest([b"known mistakes", *_parts(Job(job.assignment, options))])


def part_key(table: Key, exercise: str) -> Key:
    """Of an exercise's part of a table."""
    return _digest([table.encode(), exercise.encode()])


@functools.cache
def _processor() -> bytes:
    """The kind of processor: torch's kernels, and so the last bits of a sum, go by it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    flags = next((line for line in lines if line.startswith(("flags", "Features"))), "")
    return f"{platform.machine()} {flags}".encode()


def _sha256(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _digest(parts: Iterable[bytes]) -> str:
    """SHA-256 over the parts, each with its length before it."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(f"{len(part)}\0".encode())
        digest.update(part)
    return digest.hexdigest()
