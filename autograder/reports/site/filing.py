"""Students' pages in a folder of reports: made where they are missing or out of date."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.course.assignment import Assignment, Language
from autograder.course.masked import known_gaps
from autograder.reports.schema import Report
from autograder.reports.site.code import Gaps, gaps_of
from autograder.reports.site.student_page import HEAD, has_stamp, stamp_of, student_page
from autograder.reports.written import Written


@dataclass(frozen=True)
class Pages:
    """The pages of one assignment's students."""

    assignment: Assignment
    language: Language
    written: Written

    def bring_up_to_date(self, report: Report, files: Mapping[str, bytes]) -> None:
        """Writes a student's page, unless it is there, made from this very report and course."""
        stamp = stamp_of(report, self._course, self.language)
        if not has_stamp(self._head(report), stamp):
            page = student_page(self.assignment, report, self.language,
                                files=files, gaps=self._gaps, stamp=stamp)  # fmt: skip
            self.written.write(self._name(report), page)

    def supplied(self, reports: Iterable[Report]) -> Iterator[Report]:
        """The reports. Whose page is missing, of an earlier run, gets one without code."""
        for report in reports:
            if not self._head(report):
                page = student_page(self.assignment, report, self.language)
                self.written.write(self._name(report), page)
            yield report

    def _name(self, report: Report) -> str:
        return f"{self.assignment.name}/{report.submission.id}.html"

    def _head(self, report: Report) -> bytes:
        try:
            with (self.written.folder / self._name(report)).open("rb") as file:
                return file.read(HEAD)
        except OSError:
            return b""

    @functools.cached_property
    def _course(self) -> str:
        """Names the assignment's texts and its references."""
        digest = hashlib.sha256()
        for path in (self.assignment.toml, *self._references.values()):
            digest.update(hashlib.sha256(_read(path)).digest())
        return digest.hexdigest()

    @property
    def _references(self) -> dict[str, Path]:
        folder = self.assignment.solution_folder
        return {name: folder / name for name in self.assignment.files}

    @functools.cached_property
    def _gaps(self) -> dict[str, Gaps]:
        """By file; looked for only where a page is made."""
        known = known_gaps(self.assignment)
        return {
            name: gaps_of(_read(path).decode("utf-8", "replace"), known[name])
            for name, path in self._references.items()
        }


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
