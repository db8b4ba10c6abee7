"""Reads a tar, compressed or not, from memory: ustar, and the long names of GNU and pax.

Not by tarfile. In the Pythons that this runs on it takes hours over a long run of digits in a pax
header, and a negative size sends it in circles. Here, each byte is looked at once.
"""

from __future__ import annotations

import bz2
import functools
import gzip
import lzma
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from autograder.intake.member import MAX_UNPACKED, Broken, Kind, Member
from autograder.intake.names import decoded

_BLOCK = 512
_MAX_EXTENSION = 64 << 10  # bytes of a long name or a pax header
_KINDS: dict[bytes, Kind] = {
    b"\0": "file", b"0": "file", b"7": "file", b"1": "hard link", b"2": "link", b"3": "device",
    b"4": "device", b"5": "folder", b"6": "device",
}  # fmt: skip
_LONG_NAME, _LONG_LINK, _PAX, _PAX_GLOBAL = b"L", b"K", (b"x", b"X"), b"g"
_GZIP, _BZIP2, _XZ = b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0"


def looks_like_tar(head: bytes) -> bool:
    """Whether a file that begins like this is compressed as a whole, or a tar as it is."""
    return head.startswith((_GZIP, _BZIP2, _XZ)) or head[257:262] == b"ustar"


def tar_members(file: BinaryIO) -> Iterator[Member]:
    """The members in order. Raises Broken. All of the tar is held in memory."""
    data = memoryview(_unpacked(file))
    if len(data) > MAX_UNPACKED:
        raise Broken(f"more than {MAX_UNPACKED >> 20} MiB in it", "with the listed files only")
    at, name, pax = 0, "", dict[str, bytes]()
    while any(header := bytes(data[at : at + _BLOCK])):
        try:
            _check(header)
            size = int(pax["size"]) if "size" in pax else _number(header[124:136])
        except ValueError as error:
            raise Broken(f"no tar at byte {at}: {error}") from error
        kind, at = header[156:157], at + _BLOCK
        if _KINDS.get(kind, "file") != "file":
            size = 0  # whatever it says: nothing follows
        body = data[at : at + size]
        if len(body) < size:
            raise Broken("it is cut short")
        at += -(-size // _BLOCK) * _BLOCK
        if kind == _LONG_NAME:
            name = decoded(_extension(body).rstrip(b"\0"))
        elif kind in _PAX:
            pax = _records(_extension(body))
        elif kind not in (_LONG_LINK, _PAX_GLOBAL):
            yield _member(header, name, pax, body)
            name, pax = "", {}


def _member(header: bytes, name: str, pax: dict[str, bytes], body: memoryview) -> Member:
    kind = header[156:157]
    if kind == b"S" or any(key.startswith("GNU.sparse.") for key in pax):
        raise Broken("it holds a sparse file", "without --sparse")
    if "path" in pax:
        name = decoded(pax["path"])
    elif not name:
        name = decoded(_text(header[:100]))
        if header[257:263] == b"ustar\0" and header[345]:
            name = f"{decoded(_text(header[345:500]))}/{name}"
    is_folder = _KINDS.get(kind) == "file" and name.endswith("/")  # so in tars of before 1988
    return Member(name, "folder" if is_folder else _KINDS.get(kind, "device"), len(body),
                  (_modified(header),), functools.partial(_read, body))  # fmt: skip


def _read(body: memoryview, most: int) -> bytes:
    return bytes(body[:most])


def _check(header: bytes) -> None:
    if len(header) < _BLOCK:
        raise ValueError("it is cut short")
    blank = header[:148] + b" " * 8 + header[156:]
    if _number(header[148:156]) != sum(blank):
        raise ValueError("a wrong checksum")


def _number(field: bytes) -> int:
    """Octal digits, or binary where the first bit is set, as GNU writes what is too large."""
    if field[0] == 0x80:
        return int.from_bytes(field[1:], "big")
    digits = _text(field).strip()
    if digits and not digits.isdigit():
        raise ValueError(f"{digits!r} is no size")
    return int(digits or b"0", 8)


def _modified(header: bytes) -> int:
    try:
        return _number(header[136:148])
    except ValueError:
        return 0


def _text(field: bytes) -> bytes:
    return field.partition(b"\0")[0]


def _extension(body: memoryview) -> bytes:
    if len(body) > _MAX_EXTENSION:
        raise Broken(f"a header of {len(body):,} bytes")
    return bytes(body)


def _records(body: bytes) -> dict[str, bytes]:
    """A pax header's `LENGTH KEY=VALUE\\n`, LENGTH being that of the whole record."""
    found: dict[str, bytes] = {}
    at = 0
    while at < len(body) and body[at]:
        digits, _, _ = body[at : at + 20].partition(b" ")
        if not digits.isdigit() or not len(digits) + 1 < int(digits) <= len(body) - at:
            raise Broken("a broken pax header")
        record = body[at + len(digits) + 1 : at + int(digits)]
        key, _, value = record.removesuffix(b"\n").partition(b"=")
        found[key.decode("utf-8", "replace")] = value
        at += int(digits)
    if not found.get("size", b"0").isdigit():
        raise Broken("a broken pax header")
    return found


def _unpacked(file: BinaryIO) -> bytes:
    """All of it, but no more than one byte over the bound."""
    try:
        with file, _decompressed(file) as stream:
            return stream.read(MAX_UNPACKED + 1)
    except (OSError, EOFError, zlib.error, lzma.LZMAError, ValueError, MemoryError) as error:
        raise Broken(str(error) or type(error).__name__) from error


def _decompressed(file: BinaryIO) -> BinaryIO | gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile:
    head = file.read(len(_XZ))
    file.seek(0)
    if head.startswith(_GZIP):
        return gzip.GzipFile(fileobj=file)
    if head.startswith(_BZIP2):
        return bz2.BZ2File(file)
    return lzma.LZMAFile(file) if head.startswith(_XZ) else file
