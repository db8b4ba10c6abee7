"""What grades: the versions that decide a result, and the grader's own files."""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
from pathlib import Path

import autograder
from autograder.grading.blank import versions
from autograder.sandbox.inside.profiles import PROFILES

ABSENT = "none"
_BYTECODE = (".pyc", ".pyo")


def all_versions(profile: str) -> dict[str, str]:
    """Those that a report names, and those of what student code may import."""
    return {name: version_of(name) for name in PROFILES[profile].distributions} | versions()


def version_of(distribution: str) -> str:
    """Its version, or ABSENT where it is not installed."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return ABSENT


@functools.cache
def own_files() -> str:
    """The SHA-256 over the grader's own code and data, by path; looked at once a process."""
    folder = Path(autograder.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix not in _BYTECODE:
            data = path.read_bytes()
            digest.update(f"{path.relative_to(folder).as_posix()}\0{len(data)}\0".encode() + data)
    return digest.hexdigest()
