"""A submission as the grader sees it: the listed files as bytes, or why there are none."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

MAX_FILE_BYTES = 256 << 10  # twenty times a filled template; a parser takes 400 times the size


class Rejection(Exception):
    """A submission that cannot be read; the message says which file, why, and what to do."""


@dataclass(frozen=True)
class Submission:
    """One student's files for one assignment. With a `problem` it scores 0 and is not run."""

    student: str
    assignment: str
    files: Mapping[str, bytes] = field(default_factory=dict)  # relative to <student>/<assignment>/
    problem: str = ""
    unread: Mapping[str, str] = field(default_factory=dict)  # forms handed in but not read, and why
    passed_over: tuple[str, ...] = ()  # notebooks beside the files that they could stand for
    tests: frozenset[str] | None = None  # the only ones to run, by id
    is_traced: bool = False  # what each call gives is asked for, not only of tests that fail

    @property
    def sha256(self) -> str:
        """Names the content: file names and bytes, in order of name."""
        digest = hashlib.sha256()
        for name, data in sorted(self.files.items()):
            digest.update(f"{name}\0{len(data)}\0".encode())
            digest.update(data)
        return digest.hexdigest()


def printable(text: str) -> str:
    """`text` fit for a file name, a table and JSON: each odd character is written as %XX."""
    return "".join(
        c if c.isprintable() else quote(c, safe="", errors="surrogateescape") for c in text
    )


def check_size(path: str, size: int, most: int = MAX_FILE_BYTES) -> None:
    """Raises Rejection for a file of more than `most` bytes."""
    if size > most:
        raise Rejection(
            f"{path}: {size / 1024:,.0f} KiB, more than {most / 1024:,.0f} KiB. "
            "Do: hand in the filled template only"
        )


def not_looked_into(archive: str) -> str:
    """What is wrong where a file is missing but an archive lies beside other things."""
    return f"not handed in; {archive} is not looked into beside other files. Do: hand it in alone"
