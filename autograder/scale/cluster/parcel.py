"""A job as bytes: the course's files travel with it, once to each worker."""

from __future__ import annotations

import contextlib
import dataclasses
import pickle
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import msgspec

from autograder.course.files import graded_files
from autograder.sandbox.private import PrivateFolder
from autograder.scale.cluster.data import Data, data_needed, placed
from autograder.scale.job import Job

_PREFIX = "autograder-course-"


@dataclass(frozen=True)
class Parcel:
    """A job, whose course lies elsewhere, and that course's files by path from its root."""

    job: Job
    files: Mapping[str, bytes]
    data: Data


def pack(job: Job) -> bytes:
    """Raises CourseError where a part of the course or of its data cannot be read."""
    data = data_needed(job)
    parcel = Parcel(placed(job, data), graded_files(job.assignment), data)
    return zlib.compress(pickle.dumps(parcel))


def unpack(packed: bytes) -> Parcel:
    """Of bytes from our own client only: they are a pickle."""
    parcel = pickle.loads(zlib.decompress(packed))  # noqa: S301
    assert isinstance(parcel, Parcel)
    return parcel


@contextlib.contextmanager
def laid_out(parcel: Parcel) -> Iterator[Job]:
    """The job with its course in a private folder, which is deleted afterwards."""
    with PrivateFolder(_PREFIX) as root:
        for name, content in parcel.files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        assignment = msgspec.structs.replace(parcel.job.assignment, root=root)
        yield dataclasses.replace(parcel.job, assignment=assignment)
