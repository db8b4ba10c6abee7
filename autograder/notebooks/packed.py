"""Files of the course as a text that a cell can hold, and back."""

from __future__ import annotations

import base64
import lzma
import textwrap
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import msgspec

from autograder.errors import CourseError

_WIDTH = 98


def pack(files: Mapping[str, bytes]) -> str:
    """Lines of ASCII, the same for the same files."""
    whole = lzma.compress(msgspec.msgpack.encode(dict(sorted(files.items()))), preset=9)
    return "\n".join(textwrap.wrap(base64.b64encode(whole).decode(), _WIDTH))


def unpack(text: str, folder: Path, *, keeps: bool = False) -> None:
    """Writes the files below `folder`; with `keeps`, none that is there already.

    Raises CourseError for a text that `pack` did not make.
    """
    try:
        whole = lzma.decompress(base64.b64decode(text))
        files = msgspec.msgpack.decode(whole, type=dict[str, bytes])
    except (ValueError, lzma.LZMAError, msgspec.DecodeError) as error:
        raise CourseError(
            "the course's files in this cell are damaged. Do: take the notebook as it was given out"
        ) from error
    for name, data in files.items():
        path = folder / name
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            raise CourseError(
                f"{name}: leaves the folder. Do: take the notebook as it was given out"
            )
        if not (keeps and path.exists()):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
