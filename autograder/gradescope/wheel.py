"""This very grader as a wheel, without a build: its files as they lie here, and what it needs."""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
import io
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

import autograder
from autograder import __version__

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same files give the same zip, whenever it is made
_NAME = "autograder"
_NOT_WITH_CPU = ("nvidia-", "triton", "cuda-")  # what torch needs where there is a GPU
_BYTECODE = (".pyc", ".pyo")
_WHEEL = "Wheel-Version: 1.0\nGenerator: autograder\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
_SCRIPTS = "[console_scripts]\nautograder = autograder.cli:main\n"


def wheel_name() -> str:
    return f"{_NAME}-{__version__}-py3-none-any.whl"


def own_wheel() -> bytes:
    """A wheel as the specification of binary distributions has it."""
    info = f"{_NAME}-{__version__}.dist-info"
    metadata = importlib.metadata.distribution(_NAME)
    text = metadata.read_text("METADATA") or metadata.read_text("PKG-INFO") or ""  # an egg's
    files = {
        **_package(),
        f"{info}/METADATA": text.encode(),
        f"{info}/WHEEL": _WHEEL.encode(),
        f"{info}/entry_points.txt": _SCRIPTS.encode(),
    }
    files[f"{info}/RECORD"] = _record(files, f"{info}/RECORD").encode()
    return zipped(files)


def zipped(files: Mapping[str, bytes], executable: Iterable[str] = ()) -> bytes:
    """A zip of files by name; some may be run."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr = (0o755 if name in executable else 0o644) << 16
            archive.writestr(entry, data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def pinned(names: Iterable[str]) -> dict[str, str]:
    """The versions installed here of these distributions and of all that they need."""
    found: dict[str, str] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop().lower().replace("_", "-")
        if name in found or name.startswith(_NOT_WITH_CPU):
            continue
        try:
            distribution = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue  # not for this machine, or not installed: pip chooses
        found[name] = distribution.version.partition("+")[0]  # without a local build's name
        waiting += _needed(distribution.requires or ())
    return dict(sorted(found.items()))


def _needed(requirements: Iterable[str]) -> Iterable[str]:
    for text in requirements:
        try:
            one = Requirement(text)
        except InvalidRequirement:
            continue
        if one.marker is None or one.marker.evaluate({"extra": ""}):
            yield one.name


def _package() -> dict[str, bytes]:
    folder = Path(autograder.__file__).parent
    return {
        f"{_NAME}/{path.relative_to(folder).as_posix()}": path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix not in _BYTECODE
    }


def _record(files: Mapping[str, bytes], own: str) -> str:
    """Each file's checksum and size, and the record itself without."""
    lines = [f'"{name}",sha256={_digest(data)},{len(data)}' for name, data in files.items()]
    return "\n".join([*lines, f'"{own}",,', ""])


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
