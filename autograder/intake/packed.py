"""Reads an assignment's listed files from a student's archive."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from autograder.intake.archives import Archive
from autograder.intake.member import Member
from autograder.intake.names import alike, is_archive
from autograder.intake.notebooks import MAX_NOTEBOOK_BYTES, code_in, notebook_names
from autograder.intake.sources import as_utf8
from autograder.intake.submission import MAX_FILE_BYTES, Rejection, not_looked_into


def read_packed(archive: Archive, assignment: str, files: Sequence[str]) -> dict[str, bytes]:
    """The listed code files below `<assignment>/`, at the top or in one folder there.

    Where one is missing, its notebook takes its place. Raises Rejection for a broken or encrypted
    archive and for a file that is missing, a link, too large or not UTF-8. Nothing else in the
    archive is looked at.
    """
    return {name: _read_code(archive, assignment, name, files) for name in files}


def _read_code(archive: Archive, assignment: str, name: str, files: Sequence[str]) -> bytes:
    wanted = f"{assignment}/{name}"
    if not _find(archive, wanted) and (found := packed_notebooks(archive, assignment, name)):
        notebook = f"{assignment}/{found[0]}"
        data = _read(archive, notebook, MAX_NOTEBOOK_BYTES)
        return code_in(f"{archive.place}/{notebook}", data, name, files)
    return as_utf8(f"{archive.place}/{wanted}", _read(archive, wanted, MAX_FILE_BYTES))


def packed_notebooks(archive: Archive, assignment: str, name: str) -> list[str]:
    """The notebooks there that may stand for a listed file, the one that counts first."""
    names = notebook_names(assignment, name)
    return [one for one in names if _find(archive, f"{assignment}/{one}")]


def read_packed_form(archive: Archive, assignment: str, name: str, most: int) -> bytes | None:
    """A form's bytes, `most` of them, or None where there is none. Raises Rejection as above."""
    wanted = f"{assignment}/{name}"
    return _read(archive, wanted, most) if _find(archive, wanted) else None


def holds_file(archive: Archive, wanted: str) -> bool:
    return bool(_find(archive, wanted))


def holds_assignment(archive: Archive, names: Sequence[str]) -> bool:
    """Whether it has a folder named after one of the assignments, in whatever case."""
    folded = [name.casefold() for name in names]
    return any(part.casefold() in folded
               for member in archive.members for part in _folders(member))  # fmt: skip


def _folders(member: Member) -> Sequence[str]:
    """The first two folders that it is in; of a folder, itself too."""
    parts = member.name.split("/", 2)
    return parts[:2] if member.kind == "folder" else parts[:-1]


def _read(archive: Archive, wanted: str, most: int) -> bytes:
    place, found = f"{archive.place}/{wanted}", _find(archive, wanted)
    if not found:
        raise _missing(archive, wanted)
    if len(found) > 1:
        raise Rejection(f"{place}: stands {len(found)} times in the {archive.form}. Do: keep one")
    if found[0].kind != "file":
        raise Rejection(f"{place}: a {found[0].kind}. Do: hand in the file itself")
    return archive.read(found[0], most)


def _find(archive: Archive, wanted: str) -> list[Member]:
    wanted = unicodedata.normalize("NFC", wanted)
    return [member for member in archive.members
            if wanted in (member.name, member.name.split("/", 1)[-1])]  # fmt: skip


def _missing(archive: Archive, wanted: str) -> Rejection:
    """Why the wanted file is not there: most often it is, in another guise."""
    for member in archive.members:
        place = f"{archive.place}/{member.name}"
        for name in (member.name, member.name.split("/", 1)[-1]):
            if member.kind != "folder" and alike(name, wanted):
                return Rejection(f"{place}: the name should be {wanted}. Do: rename it")
            if member.kind == "link" and wanted.startswith(f"{name}/"):
                return Rejection(f"{place}: a link. Do: hand in the folder itself")
    for member in archive.members:
        if is_archive(member.name):
            return Rejection(f"{archive.place}/{wanted}: {not_looked_into(member.name)}")
    return Rejection(f"{archive.place}/{wanted}: not handed in. Do: make the zip with: make pack")
