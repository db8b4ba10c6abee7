"""Reads an assignment's listed files from a student's folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from autograder.intake.submission import MAX_FILE_BYTES, Rejection, check_size, check_text


def read_folder(student: Path, assignment: str, files: Sequence[str]) -> dict[str, bytes]:
    """The listed code files of `<student>/<assignment>/`; nothing else there is looked at.

    Raises Rejection for a file that is missing, no plain file, outside the folder by a link,
    too large or not UTF-8.
    """
    paths = {name: student / assignment / name for name in files}
    return {name: check_text(str(path), _read(student, path, MAX_FILE_BYTES))
            for name, path in paths.items()}  # fmt: skip


def read_form(student: Path, assignment: str, name: str, most: int) -> bytes | None:
    """A form's bytes, `most` of them, or None where there is none. Raises Rejection as above."""
    path = student / assignment / name
    return _read(student, path, most) if os.path.lexists(path) else None


def _read(student: Path, path: Path, most: int) -> bytes:
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
    check_size(str(path), status.st_size, most)
    try:
        with open(real, "rb", opener=_open_plain) as file:
            data = file.read(most + 1)
    except OSError as error:
        raise Rejection(_unreadable(path, error)) from error
    check_size(str(path), len(data), most)  # it may have grown
    return data


def _open_plain(path: str, flags: int) -> int:
    """Opens without following a last link and without waiting at a pipe."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def _unreadable(path: Path, error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return f"{path}: not handed in. Do: put the file there"
    reason = error.strerror if isinstance(error, OSError) else "a loop of links"
    return f"{path}: cannot be read ({reason}). Do: hand it in again"
