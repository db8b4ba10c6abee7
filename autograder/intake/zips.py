"""Reads an assignment's listed files from a zip, without unpacking it to disk."""

from __future__ import annotations

import contextlib
import lzma
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from autograder.intake.submission import MAX_FILE_BYTES, Rejection, check_size, check_text

# What zipfile raises, RuntimeError for an encrypted member, ValueError for a name that is no UTF-8.
_BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError,
    NotImplementedError, RuntimeError, ValueError,
)  # fmt: skip


def read_zip(path: Path, assignment: str, files: Sequence[str]) -> dict[str, bytes]:
    """The listed code files below `<assignment>/` in the zip, at its top or in one folder there.

    Raises Rejection for a broken or encrypted zip and for a file that is missing, a link, too
    large or not UTF-8. Sizes are bounded while reading, whatever the zip claims.
    """
    with _opened(path) as archive:
        return {name: check_text(f"{path}/{assignment}/{name}", _read(
            path, archive, f"{assignment}/{name}", MAX_FILE_BYTES)) for name in files}  # fmt: skip


def read_zipped_form(path: Path, assignment: str, name: str, most: int) -> bytes | None:
    """A form's bytes, `most` of them, or None where there is none. Raises Rejection as above."""
    wanted = f"{assignment}/{name}"
    with _opened(path) as archive:
        return _read(path, archive, wanted, most) if _find(archive, wanted) else None


def holds_assignment(path: Path, names: Sequence[str]) -> bool:
    """Whether the zip has a folder named after one of the assignments."""
    try:
        with zipfile.ZipFile(path) as archive:
            return any(part in names for member in archive.namelist()
                       for part in PurePosixPath(member).parts[:2])  # fmt: skip
    except _BROKEN:
        return False


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except _BROKEN as error:
        raise Rejection(f"{path}: cannot be unpacked ({error}). Do: zip it again") from error


def _read(path: Path, archive: zipfile.ZipFile, wanted: str, most: int) -> bytes:
    place, found = f"{path}/{wanted}", _find(archive, wanted)
    if not found:
        raise Rejection(f"{place}: not handed in. Do: make the zip with: make pack")
    if len(found) > 1:
        raise Rejection(f"{place}: stands {len(found)} times in the zip. Do: keep one")
    if stat.S_ISLNK(found[0].external_attr >> 16):
        raise Rejection(f"{place}: a link. Do: hand in the file itself")
    check_size(place, found[0].file_size, most)
    with archive.open(found[0]) as member:
        data = member.read(most + 1)
    check_size(place, len(data), most)  # whatever the zip claims
    return data


def _find(archive: zipfile.ZipFile, wanted: str) -> list[zipfile.ZipInfo]:
    return [info for info in archive.infolist()
            if wanted in (info.filename, info.filename.split("/", 1)[-1])]  # fmt: skip
