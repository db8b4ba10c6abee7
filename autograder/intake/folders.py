"""Reads an assignment's listed files from a student's folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path

from autograder.intake.names import alike, is_archive
from autograder.intake.notebooks import MAX_NOTEBOOK_BYTES, SUFFIX, code_in, notebook_names
from autograder.intake.sources import as_utf8
from autograder.intake.submission import MAX_FILE_BYTES, Rejection, check_size, not_looked_into


def read_folder(
    student: Path, assignment: str, files: Sequence[str], called: str = ""
) -> dict[str, bytes]:
    """The listed code files of `<student>/<assignment>/`; nothing else there is looked at.

    Where one is missing, its notebook takes its place. Raises Rejection for a file that is missing,
    no plain file, outside the folder by a link, too large or not UTF-8. `called` is the
    assignment's name where its folder has another.
    """
    home = student / assignment
    return {name: _read_code(student, home, name, files, called or home.name) for name in files}


def _read_code(student: Path, home: Path, name: str, files: Sequence[str], called: str) -> bytes:
    path = home / name
    if not os.path.lexists(path) and (found := notebooks_in(home, called, name)):
        notebook = home / found[0]
        return code_in(str(notebook), read_plain(student, notebook, MAX_NOTEBOOK_BYTES),
                       name, files)  # fmt: skip
    return as_utf8(str(path), read_plain(student, path, MAX_FILE_BYTES))


def notebooks_in(home: Path, assignment: str, name: str) -> list[str]:
    """The notebooks there that may stand for a listed file, the one that counts first."""
    names = notebook_names(assignment, name)
    return [one for one in names if os.path.lexists(home / one)]


def as_handed_in(student: Path, assignment: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """What lies there for these `files`, as they were read: under its own name, byte for byte.

    A notebook for the code taken from it, and a source file as it was before it was made UTF-8.
    """
    home = student / assignment
    found: dict[str, bytes] = {}
    for name, data in files.items():
        notebooks = () if os.path.lexists(home / name) else notebooks_in(home, assignment, name)
        own = notebooks[0] if notebooks else name
        most = MAX_NOTEBOOK_BYTES if notebooks else max(len(data), MAX_FILE_BYTES)
        found[own] = read_plain(student, home / own, most)
    return found


def read_form(student: Path, assignment: str, name: str, most: int) -> bytes | None:
    """A form's bytes, `most` of them, or None where there is none. Raises Rejection as above."""
    path = student / assignment / name
    return read_plain(student, path, most) if os.path.lexists(path) else None


def read_plain(student: Path, path: Path, most: int) -> bytes:
    """The bytes of a plain file in the student's folder, `most` of them. Raises Rejection."""
    home = student.resolve()
    try:
        real = path.resolve(strict=True)
        status = real.stat()
    except (OSError, RuntimeError) as error:  # RuntimeError: a loop of links, before Python 3.13
        raise Rejection(_unreadable(student, path, error)) from error
    if not real.is_relative_to(home):
        raise Rejection(f"{path}: a link that leaves the folder. Do: hand in the file itself")
    if not stat.S_ISREG(status.st_mode):
        raise Rejection(f"{path}: not a plain file. Do: hand in the file itself")
    check_size(str(path), status.st_size, most)
    try:
        with open(real, "rb", opener=_open_plain) as file:
            data = file.read(most + 1)
    except OSError as error:
        raise Rejection(_unreadable(student, path, error)) from error
    check_size(str(path), len(data), most)  # it may have grown
    return data


def _open_plain(path: str, flags: int) -> int:
    """Opens without following a last link and without waiting at a pipe, where a system can."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))


def _unreadable(student: Path, path: Path, error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        wanted = path.relative_to(student)
        if found := _in_another_case(student, wanted):
            return f"{found}: the name should be {wanted}. Do: rename it"
        if to_rename := _in_other_words(student, wanted):
            return f"{path}: not handed in. Do: put it there, or rename {to_rename}"
        if archives := [name for name in _names_in(student) if is_archive(name)]:
            return f"{path}: {not_looked_into(archives[0])}"
        return f"{path}: not handed in. Do: put the file there"
    reason = error.strerror if isinstance(error, OSError) else "a loop of links"
    return f"{path}: cannot be read ({reason}). Do: hand it in again"


def _in_another_case(student: Path, wanted: Path) -> Path | None:
    """What the student calls the wanted file, if that differs in case alone."""
    found = student
    for part in wanted.parts:
        child = next((one for one in _names_in(found) if alike(one, part)), None)
        if child is None:
            return None
        found /= child
    return found if found != student / wanted else None


def _in_other_words(student: Path, wanted: Path) -> str:
    """A notebook beside the wanted file's place whose name does not say what it is."""
    names = [name for name in _names_in((student / wanted).parent) if name.endswith(SUFFIX)]
    known = notebook_names(wanted.parts[0], str(Path(*wanted.parts[1:])))
    return f"{names[0]} to {known[0]}" if names and known else ""


def _names_in(folder: Path) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []
