"""Names of archives' members: decoded, with one separator, in NFC, and never out of the folder."""

from __future__ import annotations

import re
import unicodedata

ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
MAX_NAME_BYTES = 4096  # as a path may have on Linux
MAX_PART_BYTES = 255  # of a file's or folder's name: no file system has longer ones

_LITTER = frozenset(("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini"))


class BadName(Exception):
    """A member's name that no honest archive has; the message says what is wrong with it."""


def is_archive(name: str) -> bool:
    """Whether a file of this name should be a zip or a tar."""
    return name.lower().endswith(ARCHIVES)


def without_suffix(name: str) -> str:
    """`s01.tar.gz` → `s01`."""
    for suffix in ARCHIVES:
        if name.lower().endswith(suffix):
            return name[: -len(suffix)]
    return name


def is_litter(name: str) -> bool:
    """Whether it is what macOS and Windows leave beside files: nobody handed that in."""
    parts = name.split("/")
    return not _LITTER.isdisjoint(parts) or parts[-1].startswith("._")


def decoded(raw: bytes) -> str:
    """The name that the bytes stand for: UTF-8, else GBK as Chinese Windows writes it."""
    for encoding in ("utf-8", "gbk"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("cp437")


def clean_name(name: str) -> str:
    """`name` in NFC without `.` and empty parts; the folder itself is "".

    Raises BadName for one that is absolute, has a drive, leads out by `..` or is overlong or has
    an overlong part.
    """
    shown = repr(name if len(name) <= 80 else f"{name[:80]}…")
    if (size := utf8_size(name)) > MAX_NAME_BYTES:
        raise BadName(f"holds {shown}, a name of {size:,} bytes, more than {MAX_NAME_BYTES:,}")
    if re.match(r"/|[A-Za-z]:", name):
        raise BadName(f"holds {shown}, an absolute path")
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise BadName(f"holds {shown}, a path out of its folder")
    if any(len(part) * 4 > MAX_PART_BYTES and utf8_size(part) > MAX_PART_BYTES for part in parts):
        raise BadName(f"holds {shown}, too long a name")
    return unicodedata.normalize("NFC", "/".join(parts))


def utf8_size(name: str) -> int:
    return len(name.encode("utf-8", "replace"))


def alike(one: str, other: str) -> bool:
    """Whether two names differ in nothing but case and in how accents are written."""
    return _folded(one) == _folded(other)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
