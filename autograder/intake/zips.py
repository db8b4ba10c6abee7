"""Reads an assignment's listed files from a zip, without unpacking it to disk."""

from __future__ import annotations

import lzma
import stat
import struct
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from autograder.intake.submission import MAX_FILE_BYTES, Rejection, check_content, too_large

# What zipfile raises, RuntimeError for an encrypted member, ValueError for a name that is no UTF-8.
_BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError,
    NotImplementedError, RuntimeError, ValueError,
)  # fmt: skip


def read_zip(
    path: Path, assignment: str, files: Sequence[str], forms: Sequence[str] = ()
) -> dict[str, bytes]:
    """The listed files below `<assignment>/` in the zip, at its top or in one folder there, and
    those of the forms that are in it.

    Raises Rejection for a broken or encrypted zip, for a file that is missing, and for a file or
    form that is a link, too large or not UTF-8. Sizes are bounded while reading, whatever the zip
    claims.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            there = [name for name in forms if _find(archive, f"{assignment}/{name}")]
            return {name: _read(path, archive, f"{assignment}/{name}") for name in (*files, *there)}
    except _BROKEN as error:
        raise Rejection(f"{path}: cannot be unpacked ({error}). Do: zip it again") from error


def holds_assignment(path: Path, names: Sequence[str]) -> bool:
    """Whether the zip has a folder named after one of the assignments."""
    try:
        with zipfile.ZipFile(path) as archive:
            return any(part in names for member in archive.namelist()
                       for part in PurePosixPath(member).parts[:2])  # fmt: skip
    except _BROKEN:
        return False


def _read(path: Path, archive: zipfile.ZipFile, wanted: str) -> bytes:
    place, found = f"{path}/{wanted}", _find(archive, wanted)
    if not found:
        raise Rejection(f"{place}: not handed in. Do: make the zip with: make pack")
    if len(found) > 1:
        raise Rejection(f"{place}: stands {len(found)} times in the zip. Do: keep one")
    if stat.S_ISLNK(found[0].external_attr >> 16):
        raise Rejection(f"{place}: a link. Do: hand in the file itself")
    if found[0].file_size > MAX_FILE_BYTES:
        raise Rejection(too_large(place, found[0].file_size))
    with archive.open(found[0]) as member:
        return check_content(place, member.read(MAX_FILE_BYTES + 1))


def _find(archive: zipfile.ZipFile, wanted: str) -> list[zipfile.ZipInfo]:
    return [info for info in archive.infolist()
            if wanted in (info.filename, info.filename.split("/", 1)[-1])]  # fmt: skip
