"""What must be the same here and there, so that a mark does not depend on where it was made."""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
from collections.abc import Mapping
from pathlib import Path

import autograder
from autograder.grading import blank
from autograder.sandbox.inside.profiles import PROFILES

_SHOWN = 12  # hexadecimal digits
_NONE = "none"


def identity(profile: str) -> dict[str, str]:
    """The versions of what grades, and of what student code may import, and of our own files."""
    names = ("distributed", *PROFILES[profile].distributions)
    found = {name: _version(name) for name in names}
    return found | blank.versions() | {"autograder's files": _own_files()}


def differences(there: Mapping[str, str], here: Mapping[str, str]) -> str:
    """What a person has to make the same, in a line; empty where all is."""
    return ", ".join(
        f"{name} {there.get(name, _NONE)} there, {version} here"
        for name, version in here.items()
        if there.get(name, _NONE) != version
    )


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return _NONE


@functools.cache
def _own_files() -> str:
    folder = Path(autograder.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        data = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()}\0{len(data)}\0".encode() + data)
    return digest.hexdigest()[:_SHOWN]
