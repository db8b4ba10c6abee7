"""`autograder consensus`: each gap by the class's majority, and the class as one student."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from rich.console import Console

from autograder.consensus.assemble import assembled, graded_class
from autograder.consensus.fills import tally
from autograder.consensus.found import class_score, gap_result
from autograder.consensus.groups import votes
from autograder.consensus.page import consensus_page
from autograder.consensus.places import places_of
from autograder.consensus.result import FILE, Consensus, dump
from autograder.consensus.table import consensus_lines
from autograder.course.assignment import Assignment, Language, find_course
from autograder.course.masked import mask_reference
from autograder.errors import CourseError
from autograder.grading.blank import blank_report
from autograder.grading.options import Isolation, Options
from autograder.intake.discover import (
    Student,
    find_students,
    handed_in,
    has_handed_in,
    read_submission,
)
from autograder.intake.reference import read_reference
from autograder.intake.submission import Submission
from autograder.reports.lock import alone_in
from autograder.reports.schema import Report
from autograder.reports.site.class_page import VOTE, with_vote
from autograder.reports.written import Written
from autograder.scale.classes import with_data
from autograder.scale.job import Executor, Failed, Job
from autograder.scale.local import grade_all
from autograder.scale.progress import counted

INDEX = "index.html"


def consensus(
    paths: Sequence[Path],
    *,
    archives_are_classes: bool,
    assignment: str | None,
    output: Path,
    jobs: int | None,
    isolation: Isolation,
    lang: Language,
) -> int:
    """Writes consensus.html and consensus.json, and prints the vote, gap by gap."""
    course = find_course(Path.cwd())
    names = [assignment] if assignment else course.names
    for path in paths:
        _refuse_reports(path, names)
    students = find_students(paths, names, archives_are_classes=archives_are_classes)
    chosen = with_data(map(course.assignment, handed_in(students, names)))
    if not chosen:
        raise CourseError(f"{paths[0]}: no {' or '.join(names)} folder in it. Do: check the path")
    execute = functools.partial(grade_all, jobs=jobs or len(os.sched_getaffinity(0)))
    with alone_in(output):
        written = Written(output)
        options = Options(isolation, lang)
        found = [_vote(one, students, execute, options) for one in chosen]
        console = Console()
        for one in found:
            console.print(consensus_lines(one, lang, console.width))
        _write(written, found, lang)
    return 3 if written.lacking or any(map(_has_faults, found)) else 0


def _refuse_reports(path: Path, names: Sequence[str]) -> None:
    """A folder of reports has no code in it."""
    folders = [path] if path.name in names else [path / name for name in names]
    if any((folder / "grades.csv").is_file() for folder in folders):
        raise CourseError(
            f"{path}: reports, which hold no code. "
            "Do: name the class's submissions: autograder consensus submissions"
        )


def _vote(
    assignment: Assignment, students: Sequence[Student], execute: Executor, options: Options
) -> Consensus:
    masked = mask_reference(assignment)
    places = places_of(masked)
    if not places:
        raise CourseError(f"{assignment.name}: has no gaps to vote on. "
                          "Do: name another with --assignment")  # fmt: skip
    reference = dict(read_reference(assignment).files)
    each = counted(students, f"{assignment.name}: reading", len(students))
    unread: list[Student] = []
    tallies, count = tally(places, _readable(each, assignment, unread))
    run = functools.partial(_reports, Job(assignment, options), execute)
    found = votes(assignment, reference, tallies, run)
    programs = assembled(masked, found)
    report = graded_class(assignment, reference, programs, found, run)
    return Consensus(
        assignment=assignment.name,
        title=assignment.title.in_language(options.language),
        students=count,
        gaps=tuple(map(gap_result, found)),
        as_one=class_score(assignment, report, found),
        program=programs,
        unread=len(unread),
    )


def _readable(
    students: Iterable[Student], assignment: Assignment, unread: list[Student]
) -> Iterator[Submission]:
    """What they handed in; whose files cannot be read is put down in `unread`."""
    for one in students:
        submission = read_submission(one, assignment)
        if not submission.problem:
            yield submission
        elif has_handed_in(one, assignment.name):
            unread.append(one)


def _reports(job: Job, execute: Executor, submissions: Sequence[Submission]) -> Iterator[Report]:
    """What is run here is no student's, so nothing of it is kept."""
    results = execute(job, submissions)
    for one in counted(results, f"{job.assignment.name}: answers", len(submissions)):
        yield _failed(job, one) if isinstance(one, Failed) else one


def _failed(job: Job, one: Failed) -> Report:
    return blank_report(job.assignment, one.submission, job.options, "ungradable", one.reason)


def _write(written: Written, found: Sequence[Consensus], language: Language) -> None:
    index = written.folder / INDEX
    has_class = index.is_file()
    written.write(FILE, dump(found))
    written.write(VOTE, consensus_page(found, language, has_class=has_class))
    if has_class:
        written.write(INDEX, with_vote(index.read_bytes(), language))
    if not written.lacking:
        print(written.folder / VOTE)


def _has_faults(one: Consensus) -> bool:
    return one.as_one.score is None or any(
        group.problem for gap in one.gaps for group in gap.groups
    )
