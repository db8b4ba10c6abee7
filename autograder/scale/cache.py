"""Results by key, on disk: what was graded once is not graded again while nothing has changed.

One file a result, its checksum before it; a file is there whole or not at all, so that two runs may
use one cache. What does not come out as it went in is thrown away. What a moment of the machine may
have caused (a time limit, a crash, a limit of memory) is not kept.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from autograder.diagnosis.table import Known, decode_known, encode_known
from autograder.errors import CourseError, GraderFault
from autograder.reports.schema import Report, decode
from autograder.reports.whole import write_whole
from autograder.scale.key import Key

FOLDER = ".autograder_cache"  # in the course's folder
MAX_BYTES = 256 << 20  # some 50,000 reports
T = TypeVar("T")
_WRITING_S = 3600.0  # what was begun so long ago, nobody is still writing
_SUM = 32  # bytes of a SHA-256
_OURS = {
    ".gitignore": b"*\n",
    "CACHEDIR.TAG": b"Signature: 8a477f597d28d172789f06886806bc55\n",  # bford.info/cachedir
}


@dataclass(frozen=True)
class Entry:
    """A kept result."""

    path: Path
    used: float  # when it was used last, seconds since the epoch
    size: int  # bytes


class Cache:
    """The results kept in a course's folder. Trouble with it costs time, never a result."""

    def __init__(self, root: Path, max_bytes: int = MAX_BYTES) -> None:
        self.folder = root / FOLDER
        self._max_bytes = max_bytes
        self._is_usable = True

    def get(self, key: Key) -> Report | None:
        """The result of that key, if it is kept and whole."""
        return self._get(key, decode)

    def put(self, key: Key, report: Report) -> None:
        """Keeps a result, unless it may come out otherwise another time."""
        if is_lasting(report):
            self._put(key, msgspec.json.encode(report))

    def get_table(self, key: Key) -> Known | None:
        """The table of known mistakes of that key, likewise."""
        return self._get(key, decode_known)

    def put_table(self, key: Key, known: Known) -> None:
        self._put(key, encode_known(known))

    def _get(self, key: Key, read: Callable[[bytes, Path], T]) -> T | None:
        path = self._path(key)
        try:
            data = path.read_bytes()
        except OSError:
            return None
        found = _unpack(data, path, read)
        with contextlib.suppress(OSError):
            if found is None:
                path.unlink()
            else:
                os.utime(path)
        return found

    def _put(self, key: Key, data: bytes) -> None:
        if not self._is_usable:
            return
        try:
            for name, content in _OURS.items():
                if not (self.folder / name).exists():
                    write_whole(self.folder / name, content)
            write_whole(self._path(key), _pack(data), is_lasting=False)
        except GraderFault as fault:
            self._is_usable = False  # told once
            print(f"autograder: {self.folder}: cannot be written ({_cause(fault)}): no result is "
                  "kept there. Do: make room, or run with --no-cache", file=sys.stderr)  # fmt: skip

    def entries(self) -> Iterator[Entry]:
        """What is kept, in no order, and what killed runs left half-written."""
        for path in self.folder.glob("??/*"):
            with contextlib.suppress(OSError):  # another run's, gone meanwhile
                stat = path.stat()
                if not (path.name.startswith(".") and time.time() - stat.st_mtime < _WRITING_S):
                    yield Entry(path, stat.st_mtime, stat.st_size)

    def prune(self) -> None:
        """Deletes the results that were used longest ago, until the rest fits."""
        entries = sorted(self.entries(), key=lambda entry: entry.used)
        excess = sum(entry.size for entry in entries) - self._max_bytes
        for entry in entries:
            if excess <= 0:
                return
            with contextlib.suppress(OSError):
                entry.path.unlink()
            excess -= entry.size

    def clear(self) -> None:
        """Deletes the folder. Raises CourseError where it is not ours to delete."""
        if self.folder.is_symlink():
            raise CourseError(
                f"{self.folder}: a link to {self.folder.resolve()}, which may hold other things. "
                "Do: delete that folder yourself, or the link"
            )
        try:
            shutil.rmtree(self.folder)
        except FileNotFoundError:
            return
        except OSError as error:
            raise CourseError(
                f"{self.folder}: cannot be deleted ({error.strerror}). Do: check its permissions"
            ) from error

    def _path(self, key: Key) -> Path:
        return self.folder / key[:2] / key


def is_lasting(report: Report) -> bool:
    """Whether grading the same again would give the same, whatever else the machine does."""
    return report.status == "graded" and not report.fleeting


def _cause(fault: GraderFault) -> str:
    cause = fault.__cause__
    return str(cause.strerror if isinstance(cause, OSError) else fault)


def _pack(content: bytes) -> bytes:
    data = zlib.compress(content)
    return hashlib.sha256(data).digest() + data


def _unpack(data: bytes, path: Path, read: Callable[[bytes, Path], T]) -> T | None:
    if hashlib.sha256(data[_SUM:]).digest() != data[:_SUM]:
        return None
    try:
        return read(zlib.decompress(data[_SUM:]), path)
    except (zlib.error, CourseError):
        return None
