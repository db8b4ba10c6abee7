"""What a class got wrong and no known mistake explains, and a draft of the mistake that would.

Reports tell which failures are alike: the same tests, with the same numbers. Pure.
"""

from __future__ import annotations

import hashlib
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import tomli_w

from autograder.course.answers import find_answers
from autograder.course.assignment import Assignment, Exercise, Text
from autograder.course.gaps import HOLE
from autograder.course.masking import Gap, Masked, fill_gaps
from autograder.diagnosis.edits import edited
from autograder.diagnosis.mistakes import Edit, Mistake
from autograder.errors import CourseError
from autograder.reports.schema import Report, TestReport

_PLACE = re.compile(r"\([\w./-]+, line \d+, in \S+\)|（[\w./-]+ 第 \d+ 行，\S+）")
_GAP = re.compile(r"gap \d+, |the MASK in line |第 \d+ 个空（|第 \d+ 行还有一个空")
_VALUES = ("failed", "partial", "error")
_TODO = "TODO"
_EMPTY = Text(en=_TODO, zh=_TODO)


@dataclass(frozen=True)
class Failure:
    """One exercise, failed in the same way by some students."""

    exercise: str
    tests: tuple[TestReport, ...]  # those that fail, of the first student
    students: tuple[str, ...]

    @property
    def first(self) -> TestReport:
        """The test that says most: one with a message, if there is one."""
        return next((one for one in self.tests if one.message), self.tests[0])


def undiagnosed(assignment: Assignment, reports: Iterable[Report]) -> list[Failure]:
    """The failures without a known mistake, those of most students first."""
    whole = {test.id for test in assignment.tests if test.whole}
    groups: dict[tuple[str, str], tuple[list[TestReport], list[str]]] = {}
    for report in reports:
        for exercise in assignment.exercises:
            failed = _failed(exercise, report, whole)
            if failed:
                key = exercise.id, _likeness(failed)
                groups.setdefault(key, (failed, []))[1].append(report.submission.id)
    found = [Failure(exercise, tuple(tests), tuple(sorted(students)))
             for (exercise, _), (tests, students) in groups.items()]  # fmt: skip
    order = {one.id: number for number, one in enumerate(assignment.exercises)}
    return sorted(found, key=lambda one: (-len(one.students), order[one.exercise], one.students))


def _failed(exercise: Exercise, report: Report, whole: set[str]) -> list[TestReport]:
    """An exercise's failed tests, unless they are explained, or there is nothing to explain."""
    failed = [test for test in report.tests if test.exercise == exercise.id
              and test.status != "passed" and test.id not in whole]  # fmt: skip
    is_gap = any(_GAP.search(test.message) for test in failed)
    is_known = any(test.diagnosis and test.diagnosis.mistakes for test in failed)
    is_syntax = any("SyntaxError: " in test.message[:20] for test in failed)
    has_values = all(test.status in _VALUES for test in failed)
    return failed if has_values and not (is_gap or is_known or is_syntax) else []


def _likeness(failed: Sequence[TestReport]) -> str:
    """The same for failures with the same numbers; where code lies in a file does not matter."""
    parts = [(one.id, one.status, _PLACE.sub("", one.message), one.differences) for one in failed]
    return hashlib.sha256(repr(parts).encode()).hexdigest()


# ------------------------------------------------------------------ the draft


def draft(failure: Failure, masked: Mapping[str, Masked], sources: Mapping[str, str]) -> str:
    """A mistake's TOML, its texts to be written. `masked` are the reference's files, `sources`
    those of one of the students, by file: the edits put in what that student wrote.
    """
    edits = [edit for file, one in masked.items() if file in sources
             for edit in _edits(failure.exercise, file, one, sources[file])]  # fmt: skip
    text = {"en": _TODO, "zh": _TODO}
    content = {
        "title": text,
        "seen": text,
        "why": text,
        "look": text,
        "edits": [{"file": one.file, "in": one.scope, "find": one.find, "put": one.put}
                  for one in edits],
    }  # fmt: skip
    references = {file: _filled(one) for file, one in masked.items()}
    notes = [*_notes(failure), *_doubts(failure.exercise, edits, references)]
    return "".join(f"# {note}\n" for note in notes) + tomli_w.dumps(content, multiline_strings=True)


def _notes(failure: Failure) -> Iterator[str]:
    count = len(failure.students)
    who = "1 student fails" if count == 1 else f"{count} students fail"
    yield f"A draft. {who} {failure.exercise} in this way:"
    for test in failure.tests:
        yield f"{test.id}: {test.status}"
        yield from (f"    {_printable(line)}" for line in test.message.splitlines())
        for fact in test.diagnosis.measured if test.diagnosis else ():
            yield f"    {_printable(fact)}"
    yield "Write the texts, leave out edits that do not matter, then: autograder verify --mistakes"


def _edits(exercise: str, file: str, masked: Masked, source: str) -> Iterator[Edit]:
    """Each gap of the exercise that the student filled in another way than the reference."""
    gaps = {gap.number: gap for gap in masked.gaps if gap.exercise == exercise}
    reference = _filled(masked)
    released = [gap.released for gap in masked.gaps]
    right = {one.gap.number: one.form for one in find_answers(reference, released)}
    for one in find_answers(source, released):
        gap = gaps.get(one.gap.number)
        if gap and not one.is_open and one.form != right.get(gap.number):
            yield _edit(file, gap, source[one.start : one.stop])


def _edit(file: str, gap: Gap, wrong: str) -> Edit:
    """Of the gap's whole statement, so that it stands in one place; a gap of statements alone."""
    around = gap.statement if gap.statement.count(HOLE) == 1 else HOLE
    find, put = (around.replace(HOLE, _flush(text)) for text in (gap.answer, wrong))
    return Edit(file, gap.scope, find, put)


def _flush(text: str) -> str:
    """Its further lines begin where the first one does, as if at the left edge."""
    first, *rest = text.splitlines()
    return "\n".join([first, *textwrap.dedent("\n".join(rest)).splitlines()])


def _doubts(exercise: str, edits: Sequence[Edit], sources: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with the edits, where something is."""
    if not edits:
        yield "No gap was filled in another way: write what to find, and what stands there instead."
    for edit in edits:
        blank = Mistake(f"{exercise}/draft", exercise, _EMPTY, _EMPTY, _EMPTY, _EMPTY, (edit,))
        try:
            edited(sources, blank)
        except CourseError as error:
            yield f"To be mended: {_printable(str(error))}"


def _filled(masked: Masked) -> str:
    return fill_gaps(masked.template, [gap.answer for gap in masked.gaps])


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
