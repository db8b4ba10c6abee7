"""When each student handed in, as an LMS lists it: CSV, understood by the names of its columns."""

from __future__ import annotations

import csv
import functools
import io
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from autograder.errors import CourseError
from autograder.intake.times import Moment, parse_time
from autograder.intake.uploads import numbered

# Of ours, Moodle's grading worksheet, Canvas's API and Gradescope's grades, in small letters.
WHO = ("student", "identifier", "user_id", "user id", "id", "username", "login id", "sid", "email",
       "email address")  # fmt: skip
WHEN = ("time", "handed in", "submitted_at", "submitted at", "submission time",
        "last modified (submission)", "timestamp")  # fmt: skip
WHICH = "assignment"  # a column that may be left out
_NOTHING = ("", "-", "none", "null")
_PARTICIPANT = re.compile(r"\D+ (\d+)")  # Participant 1234567: Moodle's
_MAX_BYTES = 64 << 20

_Row = tuple[str, str]  # whose, and of which assignment; "" for all


@dataclass(frozen=True)
class TimeList:
    """The last time of each student, by assignment where the list has one."""

    times: Mapping[_Row, datetime] = field(default_factory=dict)

    def is_about(self, assignment: str) -> bool:
        """Whether it has a time of anybody for this assignment."""
        return not self._assignments.isdisjoint((assignment, ""))

    @functools.cached_property
    def _assignments(self) -> frozenset[str]:
        return frozenset(which for _, which in self.times)

    def of(self, student: str, assignment: str) -> Moment | None:
        """By the student's id, or the LMS's number at its end."""
        known = numbered(student)
        for who in filter(None, (student, known[1] if known else "")):
            for which in (assignment, ""):
                if at := self.times.get((who, which)):
                    return Moment(at, "list")
        return None


def read_times(path: Path) -> TimeList:
    """Reads a list. Raises CourseError for a file, or a line of it, that is not understood."""
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise CourseError(f"{path}: {error.strerror}. Do: check the path") from error
    if len(data) > _MAX_BYTES:
        raise CourseError(f"{path}: larger than {_MAX_BYTES >> 20} MiB. Do: name the LMS's CSV")
    times: dict[_Row, list[datetime]] = defaultdict(list)
    for row, at in _rows(path, data):
        times[row].append(at)
    return TimeList({row: max(found, key=_order) for row, found in times.items()})


def _rows(path: Path, data: bytes) -> Iterator[tuple[_Row, datetime]]:
    try:
        reader = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
        header = [name.strip().lower() for name in next(reader, [])]
        who, when = _columns(path, header)
        which = header.index(WHICH) if WHICH in header else None
        for cells in reader:
            cell = [one.strip() for one in cells] + [""] * (len(header) - len(cells))
            if cell[when].lower() in _NOTHING:
                continue  # handed nothing in
            at = parse_time(cell[when])
            if at is None:
                raise CourseError(
                    f"{path}: line {reader.line_num}: {cell[when]!r} is no time that is understood."
                    " Do: write it as 2026-10-01T23:59:00+08:00"
                )
            for name in {_key(cell[column]) for column in who} - {""}:
                yield (name, "" if which is None else cell[which]), at
    except (UnicodeDecodeError, csv.Error) as error:
        raise CourseError(f"{path}: no CSV in UTF-8 ({error}). Do: export it again") from error


def _columns(path: Path, header: list[str]) -> tuple[list[int], int]:
    who = [index for index, name in enumerate(header) if name in WHO]
    when = [index for index, name in enumerate(header) if name in WHEN]
    if not who or not when:
        lacking, names = ("student", WHO) if not who else ("time", WHEN)
        raise CourseError(
            f"{path}: no column for the {lacking}. Do: call one of them {' or '.join(names)}"
        )
    return who, when[0]


def _key(cell: str) -> str:
    """Who a cell names: Moodle's participant by number, anybody else as written."""
    match = _PARTICIPANT.fullmatch(cell)
    return match[1] if match else cell


def _order(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)
