"""A new assignment that works at once: the files in skeleton/, under its own name and secret."""

from __future__ import annotations

import contextlib
import keyword
import re
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from importlib import resources
from importlib.metadata import packages_distributions
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template

from autograder.course.files import TOPS
from autograder.course.release import OWN, TEMPLATE
from autograder.errors import CourseError

SKELETON = "skeleton"
STAND_IN = "NAME"  # in a path of the skeleton: the assignment's name
IGNORED = "/reports/\n/.autograder_cache/\n__pycache__/\n"  # a new course's .gitignore

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_OWN_FOLDERS = (*TOPS, OWN, TEMPLATE, "pretraining", "submissions", "reports")


def new_files(root: Path, name: str) -> dict[str, bytes]:
    """The files of a new assignment, by path from the course's root.

    Raises CourseError for a name that no assignment can have, or that something has already.
    """
    _refuse_name(name)
    for top in TOPS:
        if (root / top / name).exists():
            raise CourseError(
                f"{name}: {root / top / name} is there already. Do: choose another name"
            )
    words = {"name": name, "title": _title(name), "secret": secrets.token_hex(16)}
    skeleton = resources.files("autograder.course") / SKELETON
    return {
        path.replace(STAND_IN, name): Template(text).substitute(words).encode()
        for path, text in sorted(_texts(skeleton))
    }


def write_new(root: Path, name: str, files: Mapping[str, bytes]) -> None:
    """Writes them whole or not at all. Raises CourseError where the folder takes no files."""
    try:
        with (
            tempfile.TemporaryDirectory(prefix=".new-", dir=root) as draft,
            contextlib.ExitStack() as undo,
        ):
            for path, data in files.items():
                (Path(draft) / path).parent.mkdir(parents=True, exist_ok=True)
                (Path(draft) / path).write_bytes(data)
            for top in reversed(TOPS):  # assignments/ last: with it, the course has it
                _move(Path(draft, top, name), root / top / name, undo)
            undo.pop_all()
    except OSError as error:
        raise CourseError(
            f"{root}: cannot be written ({error.strerror}). Do: make room there, or mend its "
            "permissions, and run again"
        ) from error


def _move(source: Path, target: Path, undo: contextlib.ExitStack) -> None:
    if not target.parent.exists():
        target.parent.mkdir()
        undo.callback(target.parent.rmdir)
    source.rename(target)
    undo.callback(shutil.rmtree, target)


def _refuse_name(name: str) -> None:
    remedy = "take lower-case letters, digits and _, such as layer_norm"
    if not _NAME.fullmatch(name):
        shown = name if name.isprintable() else repr(name)
        raise CourseError(f"{shown}: no name for a folder and a Python module. Do: {remedy}")
    if name in _OWN_FOLDERS:
        raise CourseError(f"{name}: a course has a folder of this name. Do: choose another name")
    if name in {*sys.stdlib_module_names, *packages_distributions(), *keyword.kwlist, "probes"}:
        raise CourseError(
            f"{name}: Python has it already, and a student's {name}.py would hide it. "
            f"Do: choose another name, such as my_{name}"
        )


def _title(name: str) -> str:
    return name.replace("_", " ").strip().capitalize()


def _texts(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, str]]:
    for entry in folder.iterdir():
        if entry.name == "__pycache__":
            continue
        if entry.is_dir():
            yield from _texts(entry, f"{prefix}{entry.name}/")
        else:
            yield prefix + entry.name, entry.read_text(encoding="utf-8")
