"""The files of a course that grading an assignment reads."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from autograder.course.assignment import Assignment
from autograder.errors import CourseError

TOPS = ("assignments", "solutions", "tests")
_BYTECODE = "__pycache__"


def graded_files(assignment: Assignment) -> dict[str, bytes]:
    """The assignment's files in assignments/, solutions/ and tests/, by path from the root.

    With those of other folders there from which its files import something. Raises CourseError
    for a file that cannot be read.
    """
    waiting = [Path(top, assignment.name) for top in TOPS]
    files: dict[str, bytes] = {}
    seen: set[Path] = set()
    while waiting:
        place = waiting.pop()
        if place in seen:
            continue
        seen.add(place)
        for path in _files_at(assignment.root / place):
            content = _content(path)
            files[path.relative_to(assignment.root).as_posix()] = content
            if path.suffix == ".py":
                waiting += _imported(content)
    return files


def _files_at(place: Path) -> Iterator[Path]:
    """Of a folder, or of the module of that name beside it."""
    if place.is_dir():
        yield from _walk(place, set())
    elif place.with_suffix(".py").is_file():
        yield place.with_suffix(".py")


def _walk(folder: Path, above: set[Path]) -> Iterator[Path]:
    """The files in a folder and, through links as well, in those below it."""
    real = folder.resolve()
    if real in above:
        return  # a link that leads back
    for path in sorted(folder.iterdir()):
        if path.is_dir() and path.name != _BYTECODE:
            yield from _walk(path, {*above, real})
        elif path.is_file():
            yield path


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CourseError(f"{path}: {error.strerror}. Do: check its permissions") from error


def _imported(source: bytes) -> Iterator[Path]:
    """The folders, or modules, of the course from which a file imports something."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return  # whoever runs it says so
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            top, *rest = name.split(".")
            if top in TOPS and rest:
                yield Path(top, rest[0])
