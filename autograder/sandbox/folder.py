"""A child's own folder: made, measured while student code may be changing it, and deleted.

Everything here expects the worst tree a program can leave: links, deep nesting, odd modes, names
that come and go. No link is ever followed.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import itertools
import os
import stat
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import GraderFault

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


MEMORY = Path("/dev/shm")  # noqa: S108 - only a place in which a private folder is made
_SETTLED_S = 60.0  # seconds from making a folder, by when it has surely been claimed
_ROOM = 1 << 30  # bytes free: a small one, as containers have, would be filled by one submission


@dataclass(frozen=True)
class Usage:
    """What a tree holds; both are lower bounds once `entries` has passed what was asked for."""

    entries: int  # files, folders and links
    size: int  # bytes


def place() -> Path | None:
    """Where to make folders: in memory if there is room (a child's folder then costs 0.2 ms, not
    the 15 to 20 ms of a disk with a journal), else None, the usual place for temporary files."""
    try:
        space = os.statvfs(MEMORY)
    except OSError:
        return None
    roomy = space.f_bavail * space.f_frsize >= _ROOM and os.access(MEMORY, os.W_OK)
    return MEMORY if roomy else None


def make(parent: Path | None, prefix: str) -> Path:
    """A new folder only we can enter. Raises GraderFault where the machine has no room for it."""
    try:
        return Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
    except OSError as error:
        raise cannot_be_made(parent or Path(tempfile.gettempdir()), error) from error


def cannot_be_made(parent: Path, error: OSError) -> GraderFault:
    return GraderFault(
        f"{parent}: a sandbox's folder cannot be made: {error.strerror}. "
        "Do: free some space there, or set TMPDIR to a larger disk"
    )


def claim(folder: Path) -> int:
    """Marks a folder as in use for as long as the returned descriptor is open."""
    fd = os.open(folder, _FOLDER)
    fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return fd


def sweep(parent: Path, prefix: str) -> None:
    """Deletes folders of ours that a grader left behind which was killed on the spot."""
    for path in parent.glob(f"{prefix}????????"):  # as `make` names them
        with contextlib.suppress(OSError, GraderFault):  # in use, another user's, or gone
            facts = path.lstat()
            if facts.st_uid == os.getuid() and time.time() - facts.st_mtime > _SETTLED_S:
                os.close(claim(path))
                delete(path)


def measure(folder: Path, max_entries: int) -> Usage:
    """How much is in `folder`; stops looking once there are more than `max_entries`.

    A folder that cannot be listed counts as more than that: nobody knows what it holds.
    """
    count = size = 0
    todo = [str(folder)]
    while todo and count <= max_entries:
        entries = _entries(todo.pop(), max_entries)
        if entries is None:
            return Usage(max_entries + 1, size)
        for entry in entries:
            count += 1
            size += _size(entry)
            if entry.is_dir(follow_symlinks=False):
                todo.append(entry.path)
    return Usage(count, size) if not todo else Usage(max(count, max_entries + 1), size)


def unlinked(pid: int) -> int:
    """Bytes of files that a process holds open and no folder names any more."""
    size = 0
    with contextlib.suppress(OSError):  # the process is ending
        for number in os.listdir(f"/proc/{pid}/fd"):
            with contextlib.suppress(FileNotFoundError):  # just closed
                facts = os.stat(f"/proc/{pid}/fd/{number}")
                if stat.S_ISREG(facts.st_mode) and facts.st_nlink == 0:
                    size += facts.st_size
    return size


def _entries(folder: str, count: int) -> list[os.DirEntry[str]] | None:
    """At most `count` + 1 entries; none of one that is gone; None where it cannot be listed."""
    try:
        with os.scandir(folder) as entries:
            return list(itertools.islice(entries, count + 1))
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP):  # or something else by now
            return []
        if error.errno in (errno.EACCES, errno.ENAMETOOLONG):
            return None
        raise


def _size(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat(follow_symlinks=False).st_size
    except OSError:
        return 0  # gone meanwhile


def delete(folder: Path) -> None:
    """Removes a tree that no running program changes any more, however deep it is.

    Raises GraderFault where something of it stays.
    """
    try:
        _empty(folder)
        os.rmdir(folder)
    except OSError as error:
        raise GraderFault(
            f"{folder}: a sandbox's folder cannot be deleted: {error.strerror}. Do: delete it"
        ) from error


def _empty(folder: Path) -> None:
    """Walks down and up again one name at a time, with one folder open.

    The whole path of a file may be longer than the system takes.
    """
    here = os.open(folder, _FOLDER)
    try:
        above = [("", _unlink_files(here))]  # the names passed, and at each what is still to do
        while above:
            name, todo = above[-1]
            if todo:
                inner = todo.pop()
                os.chmod(inner, 0o700, dir_fd=here)
                here = _step(here, inner)
                above.append((inner, _unlink_files(here)))
            elif above.pop() and above:
                here = _step(here, "..")
                os.rmdir(name, dir_fd=here)
    finally:
        os.close(here)


def _unlink_files(here: int) -> list[str]:
    """Deletes all in a folder but its folders, whose names it gives."""
    folders = []
    for name in os.listdir(here):
        if stat.S_ISDIR(os.lstat(name, dir_fd=here).st_mode):
            folders.append(name)
        else:
            os.unlink(name, dir_fd=here)
    return folders


def _step(here: int, name: str) -> int:
    there = os.open(name, _FOLDER, dir_fd=here)
    os.close(here)
    return there
