"""index.html: a class at a glance, with a link to each student's page."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.course.assignment import Assignment, Exercise, Language, Test
from autograder.reports.site import rows as figures
from autograder.reports.site.pages import SCRIPT, render
from autograder.reports.site.plots import Bin, Ink, histogram, strip
from autograder.reports.site.rows import LETTERS, NOT_RUN, Rate, Row, Times, best_first, times_of
from autograder.reports.site.words import said

NAMES = {letter: status for status, letter in LETTERS.items()} | {NOT_RUN: "not run"}

VOTE = "consensus.html"  # the majority vote's page, beside it
NO_VOTE = b"<!-- no vote yet -->"  # in the page where the link will be


@dataclass(frozen=True)
class Section:
    """One assignment: its rows in order of student, and notes for the instructor."""

    assignment: Assignment
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class TestLine:
    """A test over the class: the strip has the best student first."""

    number: int
    test: Test
    rate: Rate
    letters: str
    strip: tuple[Ink, ...]
    summary: tuple[tuple[str, int], ...]  # how often each status, the commonest first


@dataclass(frozen=True)
class ExerciseLine:
    exercise: Exercise
    share: float  # of its points that were earned
    full: Rate
    times: Times
    tests: tuple[TestLine, ...]


@dataclass(frozen=True)
class Overview:
    """All that the page shows of one assignment."""

    section: Section
    ranks: Mapping[str, int]  # each student's place in the strips
    scores: tuple[float, ...]
    mean: float
    median: float
    bins: tuple[Bin, ...]
    exercises: tuple[ExerciseLine, ...]
    times: Times  # of whole submissions


def class_page(sections: Sequence[Section], language: Language, *, has_vote: bool = False) -> bytes:
    """The page of a class, in one or several assignments.

    `has_vote`: the majority vote's page lies beside it.
    """
    page = render(
        "class.html.j2",
        language,
        script=SCRIPT,
        overviews=[_overview(section) for section in sections],
        names=NAMES,
    )
    return with_vote(page, language) if has_vote else page


def with_vote(page: bytes, language: Language) -> bytes:
    """The page with its link to the vote's page, which came later; a page that has one stays."""
    link = f'<p><a href="{VOTE}">{said("The majority vote", language)}</a></p>'
    return page.replace(NO_VOTE, link.encode(), 1)


def _overview(section: Section) -> Overview:
    assignment, rows = section.assignment, section.rows
    ranked = tuple(best_first(rows))
    scores = tuple(row.final for row in rows if row.final is not None)
    first = 0
    lines = []
    for number, exercise in enumerate(assignment.exercises):
        lines.append(_exercise(ranked, number, exercise, first))
        first += len(exercise.tests)
    return Overview(
        section=section,
        ranks={row.student: rank for rank, row in enumerate(ranked)},
        scores=scores,
        mean=statistics.fmean(scores) if scores else 0.0,
        median=statistics.median(scores) if scores else 0.0,
        bins=tuple(histogram(score / (assignment.max_score or 1) for score in scores)),
        exercises=tuple(lines),
        times=times_of([row.duration for row in rows if row.letters.strip(NOT_RUN)]),
    )


def _exercise(rows: Sequence[Row], number: int, exercise: Exercise, first: int) -> ExerciseLine:
    """`first` is the number of the exercise's first test in the assignment."""
    tests = (_test(rows, first + index, test) for index, test in enumerate(exercise.tests))
    return ExerciseLine(
        exercise=exercise,
        share=figures.share_earned(rows, number, exercise.points),
        full=figures.full_rate(rows, number, exercise.points),
        times=times_of([row.times[number] for row in rows if row.letters.strip(NOT_RUN)]),
        tests=tuple(tests),
    )


def _test(rows: Sequence[Row], number: int, test: Test) -> TestLine:
    letters = figures.letters_of_test(rows, number)
    counts = sorted(((NAMES[one], letters.count(one)) for one in set(letters)),
                    key=lambda pair: (-pair[1], pair[0]))  # fmt: skip
    rate = figures.test_rate(letters)
    return TestLine(number, test, rate, letters, tuple(strip(letters)), tuple(counts))
