"""Where a student's files lie: in a folder, in an archive, or in the only thing in either."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from autograder.intake.archives import Archive, open_archive
from autograder.intake.folders import read_plain
from autograder.intake.member import MAX_UNPACKED
from autograder.intake.names import is_archive, is_litter
from autograder.intake.packed import holds_assignment

Home = Path | Archive  # a folder on disk, or an archive or folder in one


def home_of(path: Path, part: Archive | None, assignments: Sequence[str]) -> Home:
    """The student's home at `path`, or in the `part` of a class's archive that is theirs.

    An archive that holds one archive and nothing else stands for that, once. Raises Rejection.
    """
    if part is not None:
        return _innermost(part, 2)  # the part is no archive of the student's own
    if path.is_file():
        return _innermost(open_archive(str(path), path), 1)
    return path if holds(path, assignments) else _only_thing_in(path, assignments)


def holds(home: Home, assignments: Sequence[str]) -> bool:
    """Whether a folder named after one of the assignments is in it."""
    if isinstance(home, Archive):
        return holds_assignment(home, assignments)
    return any((home / name).is_dir() for name in assignments)


def _only_thing_in(folder: Path, assignments: Sequence[str]) -> Home:
    """The one archive, or folder with an assignment, that a folder has; else the folder itself."""
    try:
        names = [name for name in os.listdir(folder) if not is_litter(name)]
    except OSError:
        return folder  # whoever reads there says it better
    if len(names) != 1:
        return folder
    only = folder / names[0]
    if only.is_dir():
        return only if not only.is_symlink() and holds(only, assignments) else folder
    if not is_archive(only.name):
        return folder
    return _innermost(open_archive(str(only), read_plain(folder, only, MAX_UNPACKED)), 1)


def _innermost(archive: Archive, levels: int) -> Archive:
    files = [member for member in archive.members if member.kind != "folder"]
    if not levels or len(files) != 1 or files[0].kind != "file" or not is_archive(files[0].name):
        return archive
    data = archive.read(files[0], MAX_UNPACKED)
    return _innermost(open_archive(f"{archive.place}/{files[0].name}", data), levels - 1)
