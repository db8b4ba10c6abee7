"""The reports of one assignment, read from their files one at a time: memory stays flat."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from autograder.errors import CourseError
from autograder.reports.schema import Report, decode


class Filed(Collection[Report]):
    """The reports of `students` in a folder, in order of student id; each walk reads them anew.

    `unwritten` are those that the disk did not take.
    """

    def __init__(
        self, folder: Path, students: Iterable[str], unwritten: Mapping[str, Report]
    ) -> None:
        self._folder = folder
        self._unwritten = dict(unwritten)
        self._students = dict.fromkeys(sorted({*students, *unwritten}))

    def with_earlier(self) -> Filed:
        """With those that earlier runs left in the folder; what is no report is told of."""
        earlier = [path.stem for path in sorted(self._folder.glob("*.json"))
                   if path.stem not in self._students and _is_report(path)]  # fmt: skip
        return Filed(self._folder, [*self._students, *earlier], self._unwritten)

    def __len__(self) -> int:
        return len(self._students)

    def __iter__(self) -> Iterator[Report]:
        for student in self._students:
            if student in self._unwritten:
                yield self._unwritten[student]
            else:
                yield _read(self._folder / f"{student}.json")

    def __contains__(self, student: object) -> bool:
        return student in self._students


def _is_report(path: Path) -> bool:
    try:
        _read(path)
    except CourseError as error:
        print(f"autograder: {error}", file=sys.stderr)
        return False
    return True


def _read(path: Path) -> Report:
    """Raises CourseError for what is no report, or has been deleted meanwhile."""
    try:
        return decode(path.read_bytes(), path)
    except OSError as error:
        raise CourseError(f"{path}: {error.strerror}. Do: grade again") from error
