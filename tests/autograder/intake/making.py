"""Archives made in a test, member by member, and a made-up assignment to read from them."""

from __future__ import annotations

import io
import struct
import tarfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

from autograder.course.assignment import Assignment, Form, Limits, Text

FORMATS = ("zip", "tar", "tar.gz", "tar.bz2", "tar.xz")

TINY = Assignment(
    root=Path(), name="gpt2", title=Text(en="", zh=""), files=("model.py",), module="model",
    profile="torch", max_score=1, exercises=(), secret="", limits=Limits(),
    forms=(Form(file="answers.json", max_kib=1),), max_bonus=0,
)  # fmt: skip


def zipped(
    members: Iterable[tuple[str | zipfile.ZipInfo, bytes]], method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


def tarred(
    members: Iterable[tuple[str | tarfile.TarInfo, bytes]],
    compression: str = "",
    form: int = tarfile.PAX_FORMAT,
) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=f"w:{compression}", format=form) as archive:
        for name, data in members:
            info = tarfile.TarInfo(name) if isinstance(name, str) else name
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def packed(members: Iterable[tuple[str, bytes]], suffix: str) -> bytes:
    """The archive for a file of this suffix, one of FORMATS."""
    if suffix == "zip":
        return zipped(members)
    return tarred(members, suffix.removeprefix("tar").removeprefix("."))


def special(name: str, kind: bytes, target: str = "") -> tuple[tarfile.TarInfo, bytes]:
    """A member of a tar that is no file: `kind` is one of tarfile's types."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info, b""


def zip_link(name: str, target: str) -> tuple[zipfile.ZipInfo, bytes]:
    info = zipfile.ZipInfo(name)
    info.external_attr = 0o120777 << 16
    return info, target.encode()


def flagged(data: bytes, flag: int) -> bytes:
    """The zip with a flag set for each member, in both of its headers."""
    data = bytearray(data)
    for magic, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = data.find(magic)
        while at >= 0:
            (flags,) = struct.unpack_from("<H", data, at + offset)
            struct.pack_into("<H", data, at + offset, flags | flag)
            at = data.find(magic, at + 1)
    return bytes(data)


def with_raw_name(members: Iterable[tuple[bytes, bytes]]) -> bytes:
    """A zip whose names are these bytes, in no encoding that it names."""
    raw = {f"{number:_>{len(name)}}": (name, data) for number, (name, data) in enumerate(members)}
    result = zipped((placeholder, data) for placeholder, (_, data) in raw.items())
    for placeholder, (name, _) in raw.items():
        result = result.replace(placeholder.encode(), name)
    return result
