"""Reads an assignment's listed files from a student's folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from autograder.intake.submission import MAX_FILE_BYTES, Rejection, check_content, too_large


def read_folder(
    student: Path, assignment: str, files: Sequence[str], forms: Sequence[str] = ()
) -> dict[str, bytes]:
    """The listed files of `<student>/<assignment>/` and those of the forms that are there.

    Nothing else there is looked at. Raises Rejection for a file that is missing, and for a file or
    form that is no plain file, outside the folder by a link, too large or not UTF-8.
    """
    home = student / assignment
    there = [name for name in forms if os.path.lexists(home / name)]
    return {name: _read(student, home / name) for name in (*files, *there)}


def _read(student: Path, path: Path) -> bytes:
    home = student.resolve()
    try:
        real = path.resolve(strict=True)
        status = real.stat()
    except (OSError, RuntimeError) as error:  # RuntimeError: a loop of links, before Python 3.13
        raise Rejection(_unreadable(path, error)) from error
    if not real.is_relative_to(home):
        raise Rejection(f"{path}: a link that leaves the folder. Do: hand in the file itself")
    if not stat.S_ISREG(status.st_mode):
        raise Rejection(f"{path}: not a plain file. Do: hand in the file itself")
    if status.st_size > MAX_FILE_BYTES:
        raise Rejection(too_large(str(path), status.st_size))
    try:
        with open(real, "rb", opener=_open_plain) as file:
            return check_content(str(path), file.read(MAX_FILE_BYTES + 1))
    except OSError as error:
        raise Rejection(_unreadable(path, error)) from error


def _open_plain(path: str, flags: int) -> int:
    """Opens without following a last link and without waiting at a pipe."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def _unreadable(path: Path, error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return f"{path}: not handed in. Do: put the file there"
    reason = error.strerror if isinstance(error, OSError) else "a loop of links"
    return f"{path}: cannot be read ({reason}). Do: hand it in again"
