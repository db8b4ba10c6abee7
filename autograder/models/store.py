"""Where a source lies on this machine: laid in model/, in our cache, or in the hub's own.

Never goes to the network. A pickle is never read, since it can run code: where there is nothing
but one, that is said by name.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from autograder.errors import CourseError
from autograder.models.catalogue import Source, find_source
from autograder.models.origins import READABLE, Embedded, Hub

LAID = Path("model")  # where the course lays weights, in its folder
MANIFEST = "source.json"  # in each folder that `fetch` finished
PICKLES = (".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt")


class StoredFile(msgspec.Struct, frozen=True):
    """A file as it was when `fetch` finished."""

    size: int  # bytes
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """What `fetch` says of a folder that it finished."""

    name: str
    licence: str
    origin: str
    files: Mapping[str, StoredFile]


def locate(name: str, path: Path | None = None) -> Path:
    """The folder that holds a source, or `path` itself where one is given.

    Looks at `path`, at model/<name> in this folder or one above it, in this package, in the cache,
    and in the hub's own cache. Raises CourseError, in one line, with what is missing and how to
    get it.
    """
    source = find_source(name)
    if path is not None:
        return _given(source, path)
    if laid := laid_folder(name):
        return checked_folder(source, laid)
    if isinstance(source.origin, Embedded):
        return source.origin.path
    if is_finished(source):
        return cache_folder(name)
    found = _in_hub_cache(source)
    if found is None:
        raise CourseError(missing(source))
    return found


def is_present(name: str) -> bool:
    """Whether `locate` would find it."""
    try:
        locate(name)
    except CourseError:
        return False
    return True


def laid_folder(name: str) -> Path | None:
    """The model/<name> that a person laid in this folder, or above it up to the course's own.

    Further up are other people's folders, such as /tmp.
    """
    here = Path.cwd()
    course = next((one for one in (here, *here.parents) if (one / "assignments").is_dir()), here)
    places = (one for one in (here, *here.parents) if one.is_relative_to(course))
    return next((one / LAID / name for one in places if (one / LAID / name).is_dir()), None)


def missing(source: Source, trouble: str = "") -> str:
    """One line: what is missing, what it is needed for, and each way to get it."""
    return (
        f"{source.name}: {source.what}, needed for {source.needed_for}, is not on this machine"
        f"{trouble}. "
        f"Do: `autograder fetch {source.name}` brings it from {source.origin}; or put "
        f"{' and '.join(source.files)} into {LAID / source.name}/"
    )


def cache_root() -> Path:
    """The person's cache, as the XDG base directory specification has it."""
    given = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(given) if given.startswith("/") else Path.home() / ".cache") / "autograder"


def cache_folder(name: str) -> Path:
    return cache_root() / name


def is_finished(source: Source) -> bool:
    """Whether `fetch` finished this source, from the origin that the catalogue now names.

    The sizes are compared each time; the checksums when it is fetched again.
    """
    manifest = read_manifest(cache_folder(source.name))
    return (
        manifest is not None
        and manifest.origin == str(source.origin)
        and all(
            _size(cache_folder(source.name) / name) == file.size
            for name, file in manifest.files.items()
        )
    )


def read_manifest(folder: Path) -> Manifest | None:
    try:
        return msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError):
        return None


def checked_folder(source: Source, folder: Path) -> Path:
    """`folder`, if all is there. Raises CourseError, by name where there is but a pickle."""
    lacking = [pattern for pattern in source.files if not any(folder.glob(pattern))]
    if not lacking:
        return folder
    pickles = sorted(path.name for path in folder.iterdir() if path.suffix in PICKLES)
    if pickles:
        raise CourseError(refused(folder / pickles[0]))
    raise CourseError(
        f"{folder}: no {' and no '.join(lacking)} there, which {source.name} needs. Do: put it "
        f"there, or remove the folder and run `autograder fetch {source.name}`"
    )


def refused(path: Path | str) -> str:
    """One line on a file that is not read."""
    return (
        f"{path}: not read, since a pickle can run code; only {', '.join(READABLE)} are. Do: load "
        "it where you trust it and save it with save_pretrained(folder, safe_serialization=True)"
    )


def _given(source: Source, path: Path) -> Path:
    if path.is_dir():
        return checked_folder(source, path)
    if not path.exists():
        raise CourseError(f"{path}: no such file or folder. Do: check the path")
    if path.suffix not in READABLE:
        raise CourseError(refused(path))
    return path


def _in_hub_cache(source: Source) -> Path | None:
    """The folder in the hub library's own cache that holds all of the source's files."""
    if not isinstance(source.origin, Hub):
        return None
    from huggingface_hub import try_to_load_from_cache

    for repository in filter(None, (source.origin.repository, source.origin.former)):
        found = [try_to_load_from_cache(repository, name, repo_type=source.origin.kind)
                 for name in source.files]  # fmt: skip
        paths = [Path(path) for path in found if isinstance(path, str)]
        if len(paths) == len(source.files):
            return paths[0].parent
    return None


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1
