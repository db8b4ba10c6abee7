"""Archives of any kind as one: members by name, kind and size, each read up to a bound.

Nothing is ever unpacked to disk. A bomb does not go off, whatever it claims: the members are
counted, what has to be unpacked whole (a tar, an archive in an archive) is bounded, and a member
is unpacked only as far as the reader asks. So it does not matter at which ratio it is packed.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Literal

from autograder.intake.member import Broken, Member
from autograder.intake.names import BadName, clean_name, is_litter, utf8_size
from autograder.intake.submission import Rejection, check_size
from autograder.intake.tars import looks_like_tar, tar_members
from autograder.intake.zips import MAX_DIRECTORY, zip_members

MAX_MEMBERS = 50_000  # a class of a thousand, fifty files each
MAX_NAMES = MAX_DIRECTORY  # bytes of all names together: a tar may have no more than a zip

Form = Literal["zip", "tar"]

_HEAD = 262  # bytes: a tar says so at their end


@dataclass(frozen=True)
class Archive:
    """A zip or tar, or a folder in one, without what macOS and Windows add."""

    place: str  # where it lies, for messages
    form: Form
    members: tuple[Member, ...]  # names are relative to `place`, see `clean_name`

    def read(self, member: Member, most: int) -> bytes:
        """A file's bytes, `most` of them. Raises Rejection for more and for a broken archive."""
        place = f"{self.place}/{member.name}"
        check_size(place, member.size, most)
        try:
            data = member.read(most + 1)
        except Broken as error:
            raise _rejection(self.place, self.form, error) from error
        check_size(place, len(data), most)  # whatever the archive claims
        return data

    def parts(self) -> Iterator[tuple[str, bool, Archive]]:
        """Each folder and file at the top: its name, whether it is a folder, and that part alone.

        A file's part is an archive of the same place which holds nothing else.
        """
        folders: dict[str, list[Member]] = defaultdict(list)
        for member in self.members:
            top, _, rest = member.name.partition("/")
            if rest:
                folders[top].append(replace(member, name=rest))
            elif member.kind == "folder":
                folders[top] += ()
            else:
                yield top, False, replace(self, members=(member,))
        for top, members in folders.items():
            yield top, True, Archive(f"{self.place}/{top}", self.form, tuple(members))


def open_archive(place: str, source: Path | bytes) -> Archive:
    """The archive in a file on disk or in memory, a zip or a tar as its first bytes say.

    A zip's file stays open as long as somebody holds the archive or a part of it. Raises
    Rejection for one that is broken, has too many or too long names, or one that leads
    out of it.
    """
    try:
        file: BinaryIO = source.open("rb") if isinstance(source, Path) else io.BytesIO(source)
        form = _form(place, file)
    except OSError as error:
        raise Rejection(
            f"{place}: cannot be read ({error.strerror}). Do: hand it in again"
        ) from error
    try:
        return Archive(place, form, tuple(_cleaned(file, form)))
    except BadName as error:
        raise Rejection(f"{place}: {error}. Do: {_again(form)}, from within the folder") from error
    except Broken as error:
        raise _rejection(place, form, error) from error


def _form(place: str, file: BinaryIO) -> Form:
    head = file.read(_HEAD)
    file.seek(0)
    if head.startswith(b"PK"):
        return "zip"
    return "zip" if place.lower().endswith(".zip") and not looks_like_tar(head) else "tar"


def _cleaned(file: BinaryIO, form: Form) -> Iterator[Member]:
    members = zip_members(file) if form == "zip" else tar_members(file)
    names = 0
    for count, member in enumerate(members, start=1):
        if count > MAX_MEMBERS:
            raise Broken(f"more than {MAX_MEMBERS:,} members", "with the listed files only")
        names += utf8_size(member.name)
        if names > MAX_NAMES:
            raise Broken(f"names of more than {MAX_NAMES >> 20} MiB", "with the listed files only")
        name = clean_name(member.name)
        if name and not is_litter(name):
            yield replace(member, name=name)


def _rejection(place: str, form: Form, error: Broken) -> Rejection:
    do = f"{_again(form)} {error.remedy}".rstrip()
    return Rejection(f"{place}: cannot be unpacked ({error}). Do: {do}")


def _again(form: Form) -> str:
    return "zip it again" if form == "zip" else "pack it again"
