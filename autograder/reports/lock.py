"""One run at a time in a folder of reports.

The kernel holds the lock for as long as the run lives, however it ends; the file stays behind and
says nothing by being there. Where the file system knows no locks, as some network disks do, two
runs are not kept apart.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from autograder.errors import CourseError
from autograder.reports.whole import cannot_be_written, sweep

NAME = ".lock"
_NOT_OURS = (errno.EACCES, errno.EPERM, errno.EROFS, errno.EISDIR)
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Makes the folder, holds it for this run and clears away what a killed run left half-written.

    Raises CourseError where another run holds it or it is not ours to write in, and GraderFault
    where the disk is full.
    """
    _make(folder)
    try:
        fd = os.open(folder / NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        if error.errno not in _NOT_OURS:
            raise cannot_be_written(folder / NAME, error) from error
        raise CourseError(
            f"{folder}: cannot be written in ({error.strerror}). Do: choose another --output"
        ) from error
    try:
        _take(fd, folder)
        sweep(folder)
        yield
    finally:
        os.close(fd)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CourseError(
            f"{folder}: cannot be a folder of reports ({error.strerror}). "
            "Do: choose another --output"
        ) from error


def _take(fd: int, folder: Path) -> None:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise CourseError(
            f"{folder}: another run writes here (process {_holder(fd)}). Do: wait for it, or "
            "choose another --output"
        ) from error
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise cannot_be_written(folder / NAME, error) from error
    try:
        os.ftruncate(fd, 0)
        os.pwrite(fd, f"{os.getpid()}\n".encode(), 0)
    except OSError as error:
        raise cannot_be_written(folder / NAME, error) from error


def _holder(fd: int) -> str:
    """The process that wrote its number last; it may be about to."""
    return os.pread(fd, 20, 0).decode("ascii", "replace").strip() or "unknown"
