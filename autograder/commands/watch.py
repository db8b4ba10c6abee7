"""`autograder watch`: grades what arrives in a folder, as long as it runs."""

from __future__ import annotations

import dataclasses
import os
import sys
import time
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from watchfiles import Change, DefaultFilter
from watchfiles import watch as changes

from autograder.course.assignment import Course, Language, find_course
from autograder.course.files import TOPS
from autograder.errors import CourseError
from autograder.grading.options import Isolation, Options
from autograder.intake.discover import Student, find_students, handed_in
from autograder.models.weights import load_model
from autograder.reports.lock import alone_in
from autograder.reports.words import arrived_lines
from autograder.reports.written import Written
from autograder.scale.cache import Cache
from autograder.scale.classes import (
    ClassResult,
    Run,
    grade_class,
    with_data,
    write_page,
    write_table,
)
from autograder.scale.progress import Style, usual_style
from autograder.scale.terms import read_terms, terms_lines, with_kept_lists
from autograder.scale.warm import WarmPools

QUIET_MS = 200  # without a further change: what has arrived is then taken to be all
IDLE_MS = 1000  # without an arrival: time to bring tables and page up to date


def watch(
    folder: Path,
    *,
    assignment: str | None,
    output: Path,
    jobs: int | None,
    isolation: Isolation,
    model: Path | None,
    times: Path | None,
    progress: Style | None,
    lang: Language,
) -> int:
    """Grades what is in `folder`, and then each submission that is new or changed, until stopped.

    A broken course or an empty folder is told, and waited for. The list of times is read again for
    each arrival, so that a newer one may take its place.
    """
    course = find_course(Path.cwd())
    if not folder.is_dir():
        raise CourseError(f"{folder}: no such folder. Do: make it, or name another")
    read_terms(course, times)  # what is wrong with a list that is named here, is said at once
    options = Options(isolation, lang, load_model(model) if model else None)
    with alone_in(output), WarmPools(jobs or len(os.sched_getaffinity(0))) as execute:
        style = progress or usual_style()
        run = Run(options, execute, Cache(course.root), Written(output), style)
        names = [assignment] if assignment else list(course.names)
        _attend(run, course, names, folder, times)
    return 0


def _attend(
    run: Run, course: Course, names: Sequence[str], folder: Path, times: Path | None
) -> None:
    """Grades arrivals; a table and the page follow when nothing has arrived for a while."""
    results: dict[str, ClassResult] = {}  # the last of each assignment
    stale: set[str] = set()
    pending: set[Path] = set()  # what has arrived and could not be graded yet
    told: set[str] = set()
    try:
        for arrived in _arrivals(folder, course, run.written.folder):
            if not arrived:
                _bring_up_to_date(run, results, stale)
                continue
            run = _anew(run, course)
            pending |= arrived
            try:
                everyone = _everyone(folder, names, pending)
                arrivals = _Arrivals(names, everyone, _whose(folder, everyone, pending), times)
                for result in _grade(run, course, arrivals, told):
                    results[result.assignment.name] = result
                    stale.add(result.assignment.name)
                    _tell(run, result)
                pending.clear()
            except CourseError as error:  # tried again when something is mended, or arrives
                print(f"autograder: {error}", file=sys.stderr, flush=True)
    finally:
        _bring_up_to_date(run, results, stale)


def _anew(run: Run, course: Course) -> Run:
    """So that room made on a full disk is used, and a disk that is full again is told again."""
    return dataclasses.replace(run, cache=Cache(course.root), written=Written(run.written.folder))


class _NotOurs(DefaultFilter):
    """What editors leave behind is no arrival, nor is what this run writes."""

    def __init__(self, output: Path) -> None:
        super().__init__()
        self._output = output.resolve()

    def __call__(self, change: Change, path: str) -> bool:
        return super().__call__(change, path) and not Path(path).is_relative_to(self._output)


def _arrivals(folder: Path, course: Course, output: Path) -> Iterator[frozenset[Path]]:
    """First the folder itself, then what changes in it or in the course; nothing when quiet."""
    home = folder.resolve()
    watched = [home, *(course.root / top for top in TOPS if (course.root / top).is_dir())]
    first = frozenset([home])  # with the watch set up already: nothing is missed in between
    for found in changes(*watched, watch_filter=_NotOurs(output), step=QUIET_MS,
                         rust_timeout=IDLE_MS, yield_on_timeout=True):  # fmt: skip
        yield first | {Path(path) for _, path in found}
        first = frozenset()


@dataclasses.dataclass(frozen=True)
class _Arrivals:
    """What is to be graded now, and what else is known then."""

    names: Sequence[str]  # the assignments
    everyone: Sequence[Student]  # in the folder
    students: Sequence[Student]  # whose work has changed
    times: Path | None


def _everyone(folder: Path, names: Sequence[str], arrived: Collection[Path]) -> list[Student]:
    """The class, if anything of it is in what has changed."""
    home = folder.resolve()
    is_touched = any(path.is_relative_to(home) for path in arrived)
    return find_students([folder], names) if is_touched else []


def _whose(folder: Path, everyone: Sequence[Student], arrived: Collection[Path]) -> list[Student]:
    """The students whose work, the newest or an older one, is in what has changed."""
    home = folder.resolve()
    return [
        student
        for student in everyone
        if home in arrived
        or any(
            path.is_relative_to(place)
            for one in (student, *student.older)
            for place in (home / one.path.relative_to(folder), one.path.resolve())  # by a link, too
            for path in arrived
        )
    ]


def _grade(run: Run, course: Course, arrivals: _Arrivals, told: set[str]) -> Iterator[ClassResult]:
    """The assignments that these students handed in, as they stand in the course now."""
    students = arrivals.students
    if not students:
        return  # what has changed is nobody's, or has been deleted
    current = (course.assignment(name) for name in handed_in(students, arrivals.names))
    chosen = with_data(current)
    terms = read_terms(course, arrivals.times)
    terms = with_kept_lists(terms, arrivals.times, chosen, run.written)
    for line in terms_lines(terms, chosen, arrivals.everyone, run.written.folder):
        if line not in told:
            told.add(line)
            print(f"autograder: {line}", file=sys.stderr, flush=True)
    for assignment in chosen:
        yield grade_class(dataclasses.replace(run, terms=terms), assignment, students)


def _bring_up_to_date(run: Run, results: dict[str, ClassResult], stale: set[str]) -> None:
    if stale:
        for name in sorted(stale):
            write_table(run, results[name])
        write_page(run, list(results.values()))
        stale.clear()


def _tell(run: Run, result: ClassResult) -> None:
    if run.progress != "json":
        moment = time.strftime("%H:%M:%S")
        for line in arrived_lines(result.assignment.name, result.reports, run.options.language):
            print(moment, line, flush=True)
