"""What a class's folder or archive holds, be it laid out by hand, by Moodle or by Canvas."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.intake.archives import Archive, open_archive
from autograder.intake.homes import holds
from autograder.intake.names import is_archive, without_suffix
from autograder.intake.submission import Rejection
from autograder.intake.uploads import Upload, parse_upload


@dataclass(frozen=True)
class Entry:
    """A folder or file at the top of a class's folder or archive, or one given by itself."""

    name: str
    path: Path  # on disk: the entry itself, or the archive that it is in
    part: Archive | None  # of that archive: the entry
    is_folder: bool
    modified: tuple[int, ...]  # the larger the later, within one folder or archive

    @property
    def where(self) -> Path:
        """The entry itself, through the archive that it is in."""
        if self.part is None:
            return self.path
        return Path(self.part.place) if self.is_folder else Path(self.part.place, self.name)

    @property
    def upload(self) -> Upload | None:
        return parse_upload(self.name, is_folder=self.is_folder)

    @property
    def is_litter(self) -> bool:
        """Whether nobody needs to hear of it."""
        return self.name.startswith((".", "__MACOSX"))

    @property
    def is_text(self) -> bool:
        return bool(self.upload and self.upload.is_text)

    @property
    def is_readable(self) -> bool:
        """Whether it is of a form that work can be handed in as."""
        return not self.is_litter and not self.is_text and (self.is_folder or is_archive(self.name))

    @property
    def is_student(self) -> bool:
        """Whether it is somebody's: an upload is, whatever it is of."""
        return self.is_readable or bool(self.upload and not self.is_litter)

    @property
    def student(self) -> str:
        """Who handed it in; it may have odd characters."""
        if self.upload:
            name = self.upload.student
        else:
            name = self.name if self.is_folder else without_suffix(self.name)
        return unicodedata.normalize("NFC", name)


def entry_at(path: Path) -> Entry:
    """The entry for a folder or file on disk."""
    name = path.name or path.resolve().name  # "." has none itself
    return Entry(name, path, None, path.is_dir(), (path.lstat().st_mtime_ns,))


def class_at(
    path: Path, assignments: Sequence[str], *, is_said: bool = False
) -> list[Entry] | None:
    """The entries of a class, or None where one student's folder or archive lies.

    A folder is a class unless it is an upload of Moodle or Canvas or holds an assignment. An
    archive comes from a student, who could put others' names in it: it is a class only where the
    instructor has said so, and holds no assignment at its top. All of a class may lie in one
    folder. Raises OSError, and Rejection for a class's archive that is broken.
    """
    if path.is_file():
        return _class_in(path, assignments) if is_said else None
    if parse_upload(path.name, is_folder=True) or holds(path, assignments):
        return None
    return [entry_at(child) for child in path.iterdir()]


def looks_like_class(path: Path, assignments: Sequence[str]) -> bool:
    """Whether an archive is hardly one student's.

    It holds an upload of Moodle or Canvas, two folders with an assignment in them or two archives.
    """
    try:
        students = [one for one in _class_in(path, assignments) or () if one.is_readable]
    except Rejection:
        return False  # whoever reads it says why
    filled = sum(_is_filled(one, assignments) for one in students)
    return filled > 1 or any(one.upload for one in students)


def newest(entries: Iterable[Entry]) -> Iterator[tuple[Entry, list[Entry]]]:
    """The last entry of each student, and that student's earlier ones, the oldest first.

    What cannot be read counts as earlier than what can be. What was typed into Moodle's page is
    left out where the student handed in anything else.
    """
    uploads: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for one in entries:
        if one.is_student:  # of the same name without being an upload: only in an archive
            uploads[one.student, "" if one.upload else one.name].append(one)
    for found in uploads.values():
        files = [one for one in found if not one.is_text] or found[-1:]
        *older, last = sorted(files, key=_age)
        yield last, older


def _age(entry: Entry) -> tuple[bool, tuple[int, int], tuple[int, ...], str]:
    attempt = entry.upload.attempt if entry.upload else (0, 0)
    return entry.is_readable, attempt, entry.modified, entry.name


def _class_in(path: Path, assignments: Sequence[str]) -> list[Entry] | None:
    entries = _entries(path, open_archive(str(path), path))
    if _has_assignment(entries, assignments):
        return None
    if len(entries) == 1 and entries[0].part and entries[0].is_folder and not entries[0].upload:
        inner = _entries(path, entries[0].part)
        return entries if _has_assignment(inner, assignments) else inner
    return entries


def _has_assignment(entries: Iterable[Entry], assignments: Sequence[str]) -> bool:
    folded = [name.casefold() for name in assignments]
    return any(one.name.casefold() in folded for one in entries)


def _is_filled(entry: Entry, assignments: Sequence[str]) -> bool:
    return not entry.is_folder or bool(entry.part and holds(entry.part, assignments))


def _entries(path: Path, archive: Archive) -> list[Entry]:
    return [
        Entry(name, path, part, is_folder, max((one.modified for one in part.members), default=()))
        for name, is_folder, part in archive.parts()
    ]
