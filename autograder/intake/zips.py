"""Reads a zip: its members, each unpacked in memory and only as far as asked."""

from __future__ import annotations

import functools
import io
import stat
import struct
import weakref
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from autograder.intake.member import Broken, Kind, Member
from autograder.intake.names import decoded

MAX_DIRECTORY = 12 << 20  # bytes: zipfile reads the list of members whole, 200 times as large

_CHUNK = 64 << 10
_ENCRYPTED, _UTF8 = 0x1, 0x800  # flags of a member
# Others would be unpacked without a bound: 45 bytes of bzip2 can be 45 MB.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# What zipfile raises, RuntimeError for a password, ValueError for a name that is no UTF-8.
_BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, OverflowError,
    NotImplementedError, RuntimeError, ValueError,
)  # fmt: skip


def zip_members(file: BinaryIO) -> Iterator[Member]:
    """The members in order, by the zip's directory. Raises Broken.

    `file` is closed once nobody holds a member any more.
    """
    try:
        archive = zipfile.ZipFile(_Bounded(file))
    except (Broken, *_BROKEN) as error:
        file.close()
        raise error if isinstance(error, Broken) else Broken(_reason(error)) from error
    weakref.finalize(archive, file.close)
    for info in archive.infolist():
        yield Member(_name(info), _kind(info), info.file_size, info.date_time,
                     functools.partial(_read, archive, info))  # fmt: skip


class _Bounded:
    """A file that does not give a directory of more than MAX_DIRECTORY bytes."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        if size > MAX_DIRECTORY:
            raise Broken("too many members", "with the listed files only")
        return self._file.read(size)


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int) -> bytes:
    if info.flag_bits & _ENCRYPTED:
        raise Broken("it is encrypted", "without a password")
    if info.compress_type not in _METHODS:
        raise Broken(f"compression method {info.compress_type}", "with the usual one, deflate")
    out = io.BytesIO()
    try:
        with archive.open(info) as member:
            while out.tell() < most:
                chunk = member.read(min(_CHUNK, most - out.tell()))
                if not chunk:
                    break
                out.write(chunk)
    except _BROKEN as error:
        raise Broken(_reason(error)) from error
    return out.getvalue()


def _name(info: zipfile.ZipInfo) -> str:
    """Windows packs names in its own encoding, and some programs there with backslashes."""
    name = info.orig_filename
    if not info.flag_bits & _UTF8:
        name = decoded(name.encode("cp437"))  # what zipfile took it for
    return name.replace("\\", "/")


def _kind(info: zipfile.ZipInfo) -> Kind:
    mode = info.external_attr >> 16
    if stat.S_ISLNK(mode):
        return "link"
    if stat.S_ISCHR(mode) or stat.S_ISBLK(mode) or stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode):
        return "device"
    return "folder" if info.orig_filename.endswith(("/", "\\")) else "file"


def _reason(error: BaseException) -> str:
    return str(error) or type(error).__name__
