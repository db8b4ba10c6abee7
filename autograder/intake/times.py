"""When something was handed in, by what says so, and what of that a student can forge.

- An LMS's own list (`grade --times`): nothing. The server wrote it, and the teacher fetched it.
  A list that was made of commits is worth what they are.
- The name that an LMS gives in a bulk download (Blackboard's): nothing, the server wrote it.
- A stamp in a name (`s01_20261001T155900Z.zip`): all, where students name the file themselves;
  nothing, where a script of the course's does.
- The committer's time of a git commit: all. Git believes the student's clock, and an environment
  variable besides. The time of a push only the server knows: give that as a list.
- nbgrader's timestamp.txt: all, since it is written with the student's rights.

When a file was changed is never asked: copying sets it anew, and `touch` sets it to anything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from autograder.intake.commits import commit_time
from autograder.intake.discover import Student, newest_home
from autograder.intake.folders import as_handed_in, read_plain
from autograder.intake.submission import Rejection
from autograder.intake.uploads import parse_upload

Source = Literal["list", "name", "commit", "stamp", "gradescope"]

STAMP = "timestamp.txt"  # of nbgrader, beside what was handed in
_MAX_STAMP = 100  # bytes

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_OFFSET = re.compile(r"\s+(?=[+-]\d\d:?\d\d$)")
_ZONE = re.compile(r"(?P<rest>.+\d)\s+(?P<zone>UTC|[A-Z][A-Za-z_]+(/[A-Za-z_+\-0-9]+)+)")
# Thursday, 1 October 2026, 11:59 PM
_MOODLE_EN = re.compile(
    r"(?:\w+,\s*)?(\d{1,2})\s+([A-Za-z]{3})[a-z]*\s+(\d{4}),\s*(\d{1,2}):(\d\d)(?::(\d\d))?"
    r"(?:\s*([AP])M)?",
    re.IGNORECASE,
)
# 2026年10月1日 星期四 23:59
_MOODLE_ZH = re.compile(
    r"(\d{4})年\s*(\d{1,2})月\s*(\d{1,2})日[^\d]*?(上午|下午)?\s*(\d{1,2}):(\d\d)(?::(\d\d))?"
)


@dataclass(frozen=True)
class Moment:
    """A time, and what says so. Without a zone it is in the deadline's."""

    at: datetime
    source: Source


def local(moment: Moment, zone: tzinfo) -> str:
    """As people read it, in a zone: 2026-10-01 23:59+08:00."""
    if moment.at.tzinfo is None:
        return moment.at.replace(tzinfo=zone).isoformat(sep=" ", timespec="minutes")
    try:
        at = moment.at.astimezone(zone)
    except OverflowError:  # a commit of the last day of the year 9999
        at = moment.at
    return at.isoformat(sep=" ", timespec="minutes")


def parse_time(text: str) -> datetime | None:
    """A time as programs write it, or Moodle in English or Chinese; None for anything else.

    A date such as 1/10/2026 is nothing: it has two meanings.
    """
    text = " ".join(text.split())
    try:
        if match := _ZONE.fullmatch(text):
            plain = _plain(match["rest"])
            return plain.replace(tzinfo=_zone(match["zone"])) if plain else None
        return _plain(text)
    except (ValueError, OverflowError):  # the 31st of June, an unknown zone
        return None


def known_time(student: Student, assignment: str, files: Mapping[str, bytes]) -> Moment | None:
    """What a submission says itself of when it was handed in: by name, commit or time stamp.

    Of several uploads it is about the one that counts. `files` are those that were read of it: a
    commit counts only where it holds what they were read from, be it a notebook.
    """
    try:
        counting, home = newest_home(student, assignment)
    except Rejection:
        return None
    upload = parse_upload(counting.where.name, is_folder=counting.where.is_dir())
    if upload and upload.at:
        return Moment(upload.at, "name")
    if not isinstance(home, Path):
        return None
    if at := _committed(home, assignment, files):
        return Moment(at, "commit")
    at = _nbgraders(home, assignment)
    return Moment(at, "stamp") if at else None


def _committed(folder: Path, assignment: str, files: Mapping[str, bytes]) -> datetime | None:
    try:
        own = as_handed_in(folder, assignment, files)
    except Rejection:
        return None
    return commit_time(folder, assignment, own)


def _nbgraders(folder: Path, assignment: str) -> datetime | None:
    try:
        stamp = read_plain(folder, folder / assignment / STAMP, _MAX_STAMP)
    except Rejection:
        return None
    return parse_time(stamp.decode("utf-8", "replace"))


def _plain(text: str) -> datetime | None:
    """Without a zone's name behind it."""
    if match := _MOODLE_EN.fullmatch(text):
        day, month, year, hour, minute, second, half = match.groups()
        if month.lower() not in _MONTHS:
            return None
        number = _MONTHS.index(month.lower()) + 1
        return datetime(int(year), number, int(day), _hour(hour, (half or "").lower()),
                        int(minute), int(second or 0))  # fmt: skip
    if match := _MOODLE_ZH.fullmatch(text):
        year, month, day, half, hour, minute, second = match.groups()
        half = {"上午": "a", "下午": "p"}.get(half or "", "")
        return datetime(int(year), int(month), int(day), _hour(hour, half), int(minute),
                        int(second or 0))  # fmt: skip
    if not re.match(r"\d{4}-?\d\d-?\d\d[T ]", text):  # a date alone is no time
        return None
    return datetime.fromisoformat(_OFFSET.sub("", text))


def _hour(hour: str, half: str) -> int:
    return int(hour) if not half else int(hour) % 12 + (12 if half == "p" else 0)


def _zone(name: str) -> tzinfo:
    """Raises ValueError for a name that is none."""
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, OSError) as error:
        raise ValueError(name) from error
