"""One file, folder or link in an archive of any kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

MAX_UNPACKED = 256 << 20  # bytes of a tar, or of an archive in an archive: these are unpacked whole

Kind = Literal["file", "folder", "link", "hard link", "device"]


class Broken(Exception):
    """An archive that cannot be unpacked: why, and what else than to pack it again would help."""

    def __init__(self, reason: str, remedy: str = "") -> None:
        super().__init__(reason)
        self.remedy = remedy


@dataclass(frozen=True)
class Member:
    """What an archive says of one of its members, and the way to its bytes."""

    name: str
    kind: Kind
    size: int  # bytes, as the archive claims
    modified: tuple[int, ...]  # the larger the later, within one archive
    read: Callable[[int], bytes]  # so many bytes of it at most; raises Broken
