"""Whether an assignment's tests have teeth: what each known mistake costs, and as a page to read.

A mistake must lose points in its own exercise. That it loses some elsewhere is right where a test
looks at the whole, and has to stay little, since credit is isolated between exercises.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from autograder.course.assignment import Assignment
from autograder.diagnosis.edits import edited
from autograder.diagnosis.mistakes import Mistake
from autograder.diagnosis.mutation import Grade, Mutation
from autograder.intake.submission import Submission
from autograder.reports.schema import Report

MOST_ELSEWHERE = 0.1  # of an assignment's points, that one mistake may lose in other exercises

PAGE = """# Known mistakes, and what the tests make of them

Written by `make mistakes` (`autograder verify --mistakes --output docs/mistakes.md`), which puts
each known mistake of `assignments/<name>/mistakes/` into the reference and grades that as a
submission. Points elsewhere are lost in tests that look at the whole.
"""


@dataclass(frozen=True)
class Cost:
    """What a mistake loses, in points."""

    mistake: Mistake
    own: float  # in its own exercise
    elsewhere: float  # in all others together
    problem: str = ""  # why it could not be graded


@dataclass(frozen=True)
class Tried:
    """What came of an assignment's mistakes and mutants."""

    assignment: Assignment
    costs: tuple[Cost, ...]
    mutation: Mutation


def costs(
    assignment: Assignment, some: Iterable[Mistake], reference: Mapping[str, bytes], grade: Grade
) -> tuple[Cost, ...]:
    """What each of some mistakes costs, in order of name. Raises CourseError for a wrong one."""
    mistakes = {one.name: one for one in some}
    sources = {name: reference[name].decode() for name in assignment.files}
    submissions = [
        Submission(name, assignment.name, {**reference, **_encoded(edited(sources, one))})
        for name, one in mistakes.items()
    ]
    found = [_cost(mistakes[one.submission.id], one) for one in grade(submissions)]
    return tuple(sorted(found, key=lambda cost: cost.mistake.name))


def problems(assignment: Assignment, found: Iterable[Cost]) -> Iterator[str]:
    """The mistakes that cost nothing where they are, or too much where they are not."""
    most = MOST_ELSEWHERE * assignment.max_score
    for one in found:
        name, exercise = one.mistake.name, one.mistake.exercise
        if one.problem:
            yield f"{name}: {one.problem}"
        elif not one.own:
            yield f"{name} costs nothing in {exercise}. Do: test it, or take it out"
        elif one.elsewhere > most:
            yield f"{name} costs {one.elsewhere:g} outside {exercise}, more than {most:g}"


def page(tried: Iterable[Tried]) -> str:
    """All of it as Markdown."""
    return "\n".join([PAGE, *map(_chapter, tried)])


def _encoded(texts: Mapping[str, str]) -> dict[str, bytes]:
    return {name: text.encode() for name, text in texts.items()}


def _cost(mistake: Mistake, report: Report) -> Cost:
    lost = {one.id: one.max_score - one.score for one in report.exercises}
    own = lost.pop(mistake.exercise, 0.0)
    reason = report.reason.splitlines()[0] if report.reason else ""
    problem = "" if report.status == "graded" else f"{report.status}: {reason}"
    return Cost(mistake, own, sum(lost.values()), problem)


def _chapter(tried: Tried) -> str:
    name = tried.assignment.name
    return "\n".join([
        f"## {name}: {len(tried.costs)} mistakes\n",
        "| mistake | what it is | points lost in its exercise | elsewhere |",
        "|---|---|---|---|",
        *(f"| `{one.mistake.name}` | {one.mistake.title.en} | {one.own:.3g} of "
          f"{_points(tried.assignment, one.mistake.exercise):g} | {one.elsewhere:.3g} |"
          for one in tried.costs),
        "",
        *_mutants(tried.mutation),
    ])  # fmt: skip


def _points(assignment: Assignment, exercise: str) -> float:
    return next(one.points for one in assignment.exercises if one.id == exercise)


def _mutants(mutation: Mutation) -> Iterator[str]:
    if not mutation.tried:
        return
    same = len(mutation.tried) - mutation.counted
    yield (f"Of {len(mutation.tried)} mutants of the reference (one operator, constant, name or "
           f"statement changed, in a function that has a gap) {same} do what the reference does; "
           f"of the other {mutation.counted} the tests catch {mutation.caught}."
           + (" Those they let by:\n" if mutation.survived else "\n"))  # fmt: skip
    for file, name in mutation.survived:
        listed = mutation.listed.get((file, name))
        kind = " (the same)" if listed and listed.equivalent else ""
        yield f"- `{file}`, `{name}`{kind}: {listed.reason if listed else 'not listed'}"
    yield ""
