"""Which files a profile's sandbox may read: the interpreter's, and its packages with all they need.

Computed once in the zygote, from what is installed. What is not named here cannot be read: not
other packages, not the course, not /etc, /proc or /home.
"""

from __future__ import annotations

import importlib.machinery
import importlib.metadata
import os
import re
import sys
import sysconfig
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

_PACKAGES = ("site-packages", "dist-packages")
_REQUIREMENT = re.compile(r"[A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Readable:
    """What a child may open, and what of the installed packages it may import."""

    trees: tuple[Path, ...]  # files, and folders with all below them
    roots: tuple[Path, ...]  # the few folders that hold all trees, and more than may be read
    listings: tuple[Path, ...]  # folders whose names may be listed, as import does
    outside: frozenset[str]  # top-level modules that are installed but not for this profile


def readable(distributions: Iterable[str]) -> Readable:
    """What a sandbox for these distributions may read, they and their dependencies."""
    roots = _package_roots()
    inside = {top for name in _closure(distributions) for top in _tops(name)}
    installed = {entry for root in roots for entry in os.listdir(root)}
    libraries = _shared_libraries(roots)
    return Readable(
        trees=(
            *(root / top for root in roots for top in sorted(inside) if (root / top).exists()),
            *_standard_library(roots),
            *libraries,
        ),
        roots=(*roots, *_standard_folders(), *libraries),
        listings=tuple(roots),
        outside=frozenset(_module_names(installed) - _module_names(inside)),
    )


def _package_roots() -> list[Path]:
    paths = {Path(sysconfig.get_path(name)) for name in ("purelib", "platlib")}
    paths |= {Path(entry) for entry in sys.path if Path(entry).name in _PACKAGES}
    return sorted(path for path in paths if path.is_dir())


def _closure(names: Iterable[str]) -> set[str]:
    """The installed distributions that `names` need; extras are left out, markers not asked."""
    found: set[str] = set()
    todo = list(names)
    while todo:
        name = re.sub(r"[-_.]+", "-", todo.pop()).lower()
        if name in found:
            continue
        try:
            requires = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue
        found.add(name)
        todo += [
            match[0]
            for line in requires
            if "extra" not in line.partition(";")[2] and (match := _REQUIREMENT.match(line))
        ]
    return found


def _tops(distribution: str) -> set[str]:
    """The first components of a distribution's files under site-packages."""
    record = importlib.metadata.distribution(distribution).read_text("RECORD") or ""
    paths = (line.partition(",")[0] for line in record.splitlines())
    return {path.partition("/")[0] for path in paths} - {"", "..", "__pycache__"}


def _module_names(entries: Iterable[str]) -> set[str]:
    return {entry.partition(".")[0] for entry in entries if not entry.endswith("-info")}


def _standard_folders() -> list[Path]:
    names = ("stdlib", "platstdlib")
    folders = {Path(os.path.realpath(sysconfig.get_path(name))) for name in names}
    folders.add(Path(os.path.realpath(os.__file__)).parent)
    return sorted(folder for folder in folders if (folder / "os.py").exists())


def _standard_library(roots: Sequence[Path]) -> list[Path]:
    """The standard library's entries: its folder holds site-packages too, so it isn't one tree."""
    return sorted(
        entry
        for folder in _standard_folders()
        for entry in folder.iterdir()
        if entry.name not in _PACKAGES and not any(root.is_relative_to(entry) for root in roots)
    )


def _shared_libraries(roots: Sequence[Path]) -> list[Path]:
    """The system's library folders; where one holds more than libraries, the mapped files."""
    loaded = {Path(line.split()[-1]) for line in Path("/proc/self/maps").read_text().splitlines()}
    files = {path for path in loaded if ".so" in path.name and path.is_file()}
    private = [*roots, *_standard_folders()]
    libraries = {
        file if any(root.is_relative_to(file.parent) for root in private) else file.parent
        for file in files
        if not any(file.is_relative_to(root) for root in private)
    }
    return sorted(libraries)


class Fence(importlib.machinery.PathFinder):
    """In place of PathFinder: packages outside the profile do not exist, whatever is installed."""

    def __init__(self, outside: frozenset[str], folder: Path) -> None:
        self._outside = outside
        self._folder = str(folder)  # the child's own, whose modules may bear any name

    def find_spec(  # type: ignore[override]  # an instance, where the base has a class method
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """As PathFinder's; a name outside the profile is sought in the student's folders only."""
        if path is None and fullname in self._outside:
            path = [entry for entry in sys.path if entry.startswith(self._folder)]
        return super().find_spec(fullname, path, target)
