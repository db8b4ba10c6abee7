"""Names that Moodle and Canvas give to what they hand out: who handed it in, when, how often."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Family Given_1234567_assignsubmission_file_, a folder; or with the file's name behind it.
_MOODLE = re.compile(r"(?P<who>.+?_\d+)_assignsubmission_(?P<kind>[a-z]+)(_.*)?", re.DOTALL)
# familygiven_LATE_12345_67890_archive-1.zip: the person's number, the file's, which grows, and a
# second attempt, unless the student wrote that. Unlike Moodle's, its names of persons have no
# spaces.
_CANVAS = re.compile(
    r"(?P<name>[^_\s]+)(_LATE)?_(?P<number>\d+)_(?P<file>\d+)_"
    r"(?P<title>.*?)(-(?P<attempt>\d+))?(\.tar)?\.\w+",
    re.DOTALL | re.IGNORECASE,
)


@dataclass(frozen=True)
class Upload:
    """What the name of an upload says."""

    student: str  # name and number
    attempt: tuple[int, int] = (0, 0)  # the largest of a student is the newest
    title: str = ""  # what the student called a file in Canvas, without attempt and suffix
    is_text: bool = False  # typed into Moodle's page, which is no submission here


def parse_upload(name: str, *, is_folder: bool = False) -> Upload | None:
    """The upload that a folder or file of this name is; None for any other name.

    The student chose the end of it, so whichever form the beginning has is the form. Canvas hands
    out no folders.
    """
    if not is_folder and (match := _CANVAS.fullmatch(name)):
        return Upload(
            f"{match['name']}_{match['number']}",
            attempt=(int(match["file"]), int(match["attempt"] or 0)),
            title=match["title"],
        )
    if match := _MOODLE.fullmatch(name):
        return Upload(match["who"], is_text=match["kind"] != "file")
    return None
