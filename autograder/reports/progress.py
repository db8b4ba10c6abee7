"""What `check` shows a student: each exercise, the next gaps to fill, and what fails and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.markup import escape

from autograder.course.assignment import Assignment, Exercise, Language
from autograder.course.gaps import Unfilled
from autograder.reports.bars import bar_lines
from autograder.reports.diagnoses import diagnosis_lines
from autograder.reports.schema import Adjustment, TestReport
from autograder.reports.visible import visible
from autograder.reports.words import describe_gap, word

GAPS_SHOWN = 2  # of an exercise: the next to fill, not a wall of text
TESTS_SHOWN = 3  # of an exercise's failing tests

_MARKS = {"passed": "[green]✓[/]", "partial": "[yellow]◐[/]"}

Gaps = Mapping[str, Sequence[Unfilled]]  # by file


def progress_lines(
    assignment: Assignment,
    tests: Sequence[TestReport],
    adjustments: Sequence[Adjustment],
    gaps: Gaps,
    language: Language,
) -> Iterator[str]:
    """Lines of rich markup; everything that a student can write is escaped."""
    found = [(f"{assignment.name}/{file}", gap) for file, some in gaps.items() for gap in some]
    waiting = {describe_gap(gap, language) for _, gap in found}
    yield f"[bold]{assignment.name}[/] · {escape(assignment.title.in_language(language))}"
    yield from _open_gaps([one for one in found if one[1].number is None], language)
    for exercise in assignment.exercises:
        of_exercise = [test for test in tests if test.exercise == exercise.id]
        yield from _exercise(exercise, of_exercise, language)
        yield from _open_gaps([one for one in found if one[1].exercise == exercise.id], language)
        # Tests that fail because of a gap are said by the gap.
        yield from _failures([one for one in of_exercise if one.message not in waiting], language)
        yield from _remarks(of_exercise, language)
        waiting |= {one.message for one in of_exercise if one.status == "error"}  # said once
    yield _total(assignment, tests, language)
    for one in adjustments:
        yield f"{word(one.kind, language)} {one.points:+g}: {escape(one.reason)}"


def _exercise(exercise: Exercise, tests: Sequence[TestReport], language: Language) -> Iterator[str]:
    marks = "".join(_MARKS.get(test.status, "[red]✗[/]") for test in tests)
    points = sum(test.score for test in tests)
    title = escape(exercise.title.in_language(language))
    total = f"{points:>4g} / {exercise.points:<4g}"
    yield f"\n[bold]{exercise.id:<12}[/]{total} {marks}  [dim]{title}[/]"


def _open_gaps(found: Sequence[tuple[str, Unfilled]], language: Language) -> Iterator[str]:
    for file, gap in found[:GAPS_SHOWN]:
        place = escape(f"{file}:{gap.line}")
        yield f"  [yellow]□[/] {escape(describe_gap(gap, language))}  [dim]{place}[/]"
        for hint in gap.hints_in(language)[:1]:  # `check --watch` has the others
            yield f"    [dim]{escape(hint)}[/]"
    if len(found) > GAPS_SHOWN:
        more = len(found) - GAPS_SHOWN
        text = f"还有 {more} 个空没有填" if language == "zh" else f"and {more} more to fill"
        yield f"  [dim]{text}[/]"


def _failures(tests: Sequence[TestReport], language: Language) -> Iterator[str]:
    failing = [test for test in tests if test.status != "passed"]
    for test in failing[:TESTS_SHOWN]:
        yield f"  [red]✗[/] {escape(test.title)}  [dim]{test.id}[/]"
        for line in (test.message or word(test.status, language)).splitlines():
            yield f"    {escape(visible(line))}"
        yield from (f"    [cyan]{escape(line)}[/]" for line in diagnosis_lines(test, language))
        yield f"    [dim]{word('hint', language)}: {escape(test.hint)}[/]"
    if len(failing) > TESTS_SHOWN:
        more = len(failing) - TESTS_SHOWN
        text = f"另有 {more} 个测试未通过" if language == "zh" else f"and {more} more that fail"
        yield f"  [dim]{text}[/]"


def _remarks(tests: Sequence[TestReport], language: Language) -> Iterator[str]:
    """Pictures and notes of the tests that pass: before that, a picture would tell the answer."""
    for test in tests:
        if test.status == "passed":
            for picture in test.pictures:
                yield from (f"    {line}" for line in bar_lines(picture, language))
            yield from (f"    [dim]{escape(note)}[/]" for note in test.notes)


def _total(assignment: Assignment, tests: Sequence[TestReport], language: Language) -> str:
    points = sum(test.score for test in tests)
    if language == "zh":
        return (f"\n公开测试：{points:g} / {assignment.max_score:g} 分。"
                "评分时还有隐藏测试，检查的是同样的要求。")  # fmt: skip
    return (f"\npublic tests: {points:g} / {assignment.max_score:g} points. "
            "Hidden tests will check the same promises at other sizes.")  # fmt: skip
