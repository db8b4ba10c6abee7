"""A child's own folder: made, measured while student code may be changing it, and deleted.

Everything here expects the worst tree a program can leave: links, deep nesting, odd modes, names
that come and go. No link is ever followed.
"""

from __future__ import annotations

import errno
import itertools
import os
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import GraderFault


@dataclass(frozen=True)
class Usage:
    """What a tree holds; both are lower bounds once `entries` has passed what was asked for."""

    entries: int  # files, folders and links
    size: int  # bytes


def make(parent: Path | None, prefix: str) -> Path:
    """A new folder only we can enter. Raises GraderFault where the machine has no room for it."""
    try:
        return Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
    except OSError as error:
        raise GraderFault(
            f"{parent or tempfile.gettempdir()}: a sandbox's folder cannot be made: "
            f"{error.strerror}. Do: free some space there, or set TMPDIR to a larger disk"
        ) from error


def measure(folder: Path, max_entries: int) -> Usage:
    """How much is in `folder`; stops looking once there are more than `max_entries`."""
    count = size = 0
    todo = [str(folder)]
    while todo and count <= max_entries:
        for entry in _entries(todo.pop(), max_entries):
            count += 1
            size += _size(entry)
            if entry.is_dir(follow_symlinks=False):
                todo.append(entry.path)
    return Usage(count, size) if not todo else Usage(max(count, max_entries + 1), size)


def _entries(folder: str, count: int) -> list[os.DirEntry[str]]:
    """At most `count` + 1 entries; one that vanished or cannot be entered has none."""
    try:
        with os.scandir(folder) as entries:
            return list(itertools.islice(entries, count + 1))
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.EACCES, errno.ENAMETOOLONG):
            return []
        raise


def _size(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat(follow_symlinks=False).st_size
    except OSError:
        return 0  # gone meanwhile


def delete(folder: Path) -> None:
    """Removes a tree that no running program changes any more, however deep it is.

    Folders are first moved up to the top, one by one, so that no path is longer than two names.
    """
    fresh = (f".deleted-{number}" for number in itertools.count())
    top = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        while names := os.listdir(top):
            for name in names:
                if stat.S_ISDIR(os.lstat(name, dir_fd=top).st_mode):
                    _flatten(top, name, fresh)
                else:
                    os.unlink(name, dir_fd=top)
    finally:
        os.close(top)
    os.rmdir(folder)


def _flatten(top: int, name: str, fresh: Iterator[str]) -> None:
    """Deletes the files of a folder, moves its folders up beside it, and removes it."""
    os.chmod(name, 0o700, dir_fd=top)
    inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=top)
    try:
        for entry in os.listdir(inner):
            if not stat.S_ISDIR(os.lstat(entry, dir_fd=inner).st_mode):
                os.unlink(entry, dir_fd=inner)
                continue
            os.chmod(entry, 0o700, dir_fd=inner)  # moving a folder writes to its own ".."
            os.rename(entry, _unused(top, fresh), src_dir_fd=inner, dst_dir_fd=top)
    finally:
        os.close(inner)
    os.rmdir(name, dir_fd=top)


def _unused(top: int, fresh: Iterator[str]) -> str:
    """A name that no entry of `top` bears: the student may have guessed how we name them."""
    taken = set(os.listdir(top))
    return next(name for name in fresh if name not in taken)
