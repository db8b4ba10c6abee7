"""Names that Moodle, Canvas and Blackboard give to what they hand out: who handed it in, when."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

# Family Given_1234567_assignsubmission_file_, a folder; or with the file's name behind it.
_MOODLE = re.compile(r"(?P<who>.+?_\d+)_assignsubmission_(?P<kind>[a-z]+)(_.*)?", re.DOTALL)
# familygiven_LATE_12345_67890_archive-1.zip: the person's number, the file's, which grows, and a
# second attempt, unless the student wrote that. Unlike Moodle's, its names of persons have no
# spaces.
_CANVAS = re.compile(
    r"(?P<name>[^_\s]+)(?P<late>_LATE)?_(?P<number>\d+)_(?P<file>\d+)_"
    r"(?P<title>.*?)(-(?P<attempt>\d+))?(\.tar)?\.\w+",
    re.DOTALL | re.IGNORECASE,
)
# The GPT-2 task_s1234567_attempt_2026-10-01-23-58-07_my work.zip; without a name of the student's
# it is what was typed. The time is that of the server, whose zone the name does not tell.
_BLACKBOARD = re.compile(
    r".+?_(?P<who>[^_\s]+)_attempt_(?P<at>\d{4}(-\d\d){5})(_(?P<file>.+)|\.txt)", re.DOTALL
)
# s01_20261001T155807Z.zip, as a script of the course's may call what it takes in.
_STAMPED = re.compile(
    r"(?P<who>.+?)[_@](?P<at>\d{8}T\d{6}(Z|[+-]\d{4}))(\.zip|\.tar|\.tgz|\.tar\.(gz|bz2|xz))?",
    re.DOTALL | re.IGNORECASE,
)


# Ada Byron_1234567, as Moodle and Canvas tell persons apart.
_NUMBERED = re.compile(r"(?P<name>.+)_(?P<number>\d+)", re.DOTALL)


def numbered(student: str) -> tuple[str, str] | None:
    """The name and the LMS's number in a student's id, if it ends with one."""
    match = _NUMBERED.fullmatch(student)
    return (match["name"], match["number"]) if match else None


@dataclass(frozen=True)
class Upload:
    """What the name of an upload says."""

    student: str  # name and number
    attempt: tuple[int, int] = (0, 0)  # the largest of a student is the newest
    title: str = ""  # what the student called a file in Canvas, without attempt and suffix
    is_text: bool = False  # typed into a page of the LMS, which is no submission here
    at: datetime | None = None  # when it was handed in; without a zone: in the server's
    is_late: bool = False  # as Canvas says, by the date that it was given


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
            is_late=bool(match["late"]),
        )
    if match := _MOODLE.fullmatch(name):
        return Upload(match["who"], is_text=match["kind"] != "file")
    if not is_folder and (match := _BLACKBOARD.fullmatch(name)):
        return _dated(match["who"], match["at"], "%Y-%m-%d-%H-%M-%S", is_text=not match["file"])
    if match := _STAMPED.fullmatch(name):
        return _dated(match["who"], match["at"].upper(), "%Y%m%dT%H%M%S%z")
    return None


def _dated(who: str, at: str, form: str, *, is_text: bool = False) -> Upload | None:
    """None where the digits are no time."""
    try:
        moment = datetime.strptime(at, form)
        attempt = (int(moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()), 0)
    except (ValueError, OverflowError):
        return None
    return Upload(who, attempt, is_text=is_text, at=moment)
