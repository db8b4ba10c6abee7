"""What a check found, as remarks on lines of the student's files.

A failure has the line that raised, and an open gap its own. A wrong value has no line: it is told
at the exercise's first answer, with the lines of the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from autograder.course.answers import find_answers
from autograder.course.assignment import Assignment, Language
from autograder.course.gaps import GapInfo, Unfilled
from autograder.grading.outcome import Outcome
from autograder.grading.wording import tells_of_a_gap
from autograder.reports.annotations import Remark
from autograder.reports.diagnoses import diagnosis_lines
from autograder.reports.schema import TestReport
from autograder.reports.words import describe_gap, word
from autograder.sandbox.outcome import StudentFailure

Place = tuple[str, int]  # a listed file, and a line of it


@dataclass(frozen=True)
class Found:
    """What a check of one assignment found."""

    assignment: Assignment
    sources: Mapping[str, str]  # the student's code, by file
    known: Mapping[str, Sequence[GapInfo]]  # the template's gaps, by file
    gaps: Mapping[str, Sequence[Unfilled]]  # those of them that are open, by file
    outcomes: Sequence[Outcome]
    tests: Sequence[TestReport]


def remarks(found: Found, language: Language) -> list[Remark]:
    """Errors, one a line at fault with all that is said of it, and a warning for each open gap."""
    errors: dict[Place, list[TestReport]] = {}
    places = _Places(found)
    for test in found.tests:
        if test.status not in ("passed", "skipped") and (place := places.of(test)):
            errors.setdefault(place, []).append(test)
    told = [_error(found, places, place, tests, language) for place, tests in errors.items()]
    return [*told, *_open_gaps(found, language)]


def _error(
    found: Found,
    places: _Places,
    place: Place,
    tests: Sequence[TestReport],
    language: Language,
) -> Remark:
    said = dict.fromkeys(f"{test.title}: {test.message or word(test.status, language)}"
                         for test in tests)  # fmt: skip
    known = dict.fromkeys(line for test in tests for line in diagnosis_lines(test, language))
    others = places.others(tests[0], place)
    also = [_also(others, language)] if others else []
    hints = dict.fromkeys(f"{word('hint', language)}: {test.hint}" for test in tests if test.hint)
    file, line = place
    return Remark(
        level="error",
        path=f"{found.assignment.name}/{file}",
        line=line,
        title=f"{found.assignment.name} {tests[0].exercise}",
        message="\n".join([*said, *known, *also, *hints]),
    )


def _also(lines: Sequence[int], language: Language) -> str:
    told = ", ".join(map(str, lines))
    return f"这道练习的答案还在第 {told} 行" if language == "zh" else f"answers to look at: {told}"


def _open_gaps(found: Found, language: Language) -> Iterator[Remark]:
    for file, gaps in found.gaps.items():
        for gap in gaps:
            yield Remark(
                level="warning",
                path=f"{found.assignment.name}/{file}",
                line=gap.line,
                title=f"{found.assignment.name} {gap.exercise or '[MASK]'}",
                message="\n".join([describe_gap(gap, language), *gap.hints_in(language)[:1]]),
            )


class _Places:
    """Where in the student's files the fault of a test is, or may be."""

    def __init__(self, found: Found) -> None:
        self._causes = {outcome.id: outcome.causes for outcome in found.outcomes}
        self._files = tuple(found.assignment.files)
        self._forms = tuple(form.file for form in found.assignment.forms)
        self._answers: dict[str, list[Place]] = {}  # by exercise
        for file, source in found.sources.items():
            for answer in find_answers(source, found.known.get(file, ())):
                if not answer.is_open:
                    place = (file, answer.lines.start)
                    self._answers.setdefault(answer.gap.exercise, []).append(place)

    def of(self, test: TestReport) -> Place | None:
        """None where the test fails because of an open gap, which is told by itself."""
        failures = [one for one in self._causes[test.id] if isinstance(one, StudentFailure)]
        for failure in failures:
            frames = [one for one in failure.frames if one.file in self._files and one.line]
            if frames and not tells_of_a_gap(failure):
                return frames[-1].file, frames[-1].line
        if any(map(tells_of_a_gap, failures)):
            return None
        return next(iter(self._answers.get(test.exercise, ())), self._elsewhere(test))

    def _elsewhere(self, test: TestReport) -> Place:
        """Of an exercise without an answer in the code: the form that the message names, or it."""
        forms = (name for name in self._forms if name in test.message)
        return next(forms, self._files[0]), 1

    def others(self, test: TestReport, place: Place) -> list[int]:
        """The lines of the exercise's other answers in the file, if the place is one of them."""
        answers = self._answers.get(test.exercise, [])
        if place not in answers:
            return []
        file, line = place
        return sorted({one for name, one in answers if name == file and one != line})
