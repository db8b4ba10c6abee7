"""A student's code for the page: lines in pieces, and what the tests say of each gap.

No test looks at a gap alone. `right` is what is known: all tests of its exercise passed, or the
answer is the reference's own code. `wrong` is the likeliest: an error came from that line, or of
the exercise's gaps it is the only one not known to be right. In between, gaps are `doubtful`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from autograder.course.answers import NEWLINE, Answer, find_answers
from autograder.course.gaps import GapInfo
from autograder.reports.schema import Report

MOST_LINES = 4000  # of a file; beyond, they are counted

Verdict = Literal["right", "doubtful", "wrong", "open"]
VERDICTS: tuple[Verdict, ...] = ("right", "doubtful", "wrong", "open")
_PLACE = re.compile(r"[(（](?P<file>[^()（）\n]{1,200}?)(?:, line | 第 )(?P<line>\d{1,7})")


@dataclass(frozen=True)
class Mark:
    """What is said of a gap."""

    number: int
    exercise: str
    name: str
    verdict: Verdict


@dataclass(frozen=True)
class Piece:
    """A part of a line, inside a gap's answer or outside all."""

    text: str
    mark: Mark | None
    is_first: bool = False  # of the gap's answer


@dataclass(frozen=True)
class Code:
    """One file: its lines, from 1, each in pieces."""

    name: str
    lines: tuple[tuple[Piece, ...], ...]
    left_out: int  # lines beyond
    marks: tuple[Mark, ...]
    has_gaps: bool  # that could have been marked


@dataclass(frozen=True)
class Gaps:
    """The gaps of one file, and the form of the reference's answer to each, by number."""

    gaps: tuple[GapInfo, ...]
    forms: Mapping[int, str]

    def is_reference(self, answer: Answer) -> bool:
        """Whether an answer is the reference's own code, however it is laid out."""
        return bool(answer.form) and answer.form == self.forms.get(answer.gap.number)


def gaps_of(reference: str, gaps: Sequence[GapInfo]) -> Gaps:
    forms = {answer.gap.number: answer.form for answer in find_answers(reference, gaps)}
    return Gaps(tuple(gaps), forms)


def show_code(name: str, data: bytes, gaps: Gaps | None, report: Report) -> Code:
    """One file that was handed in, with its gaps marked."""
    text = data.decode("utf-8", "replace")
    answers = find_answers(text, gaps.gaps) if gaps else ()
    marks = _marks(name, answers, gaps, report)
    starts = [0, *(newline.end() for newline in NEWLINE.finditer(text))]
    if starts[-1] == len(text) and len(starts) > 1:
        starts.pop()
    lines = tuple(_lines(text, starts[: MOST_LINES + 1], answers, marks))[:MOST_LINES]
    return Code(name, lines, max(0, len(starts) - MOST_LINES), tuple(marks.values()),
                bool(gaps and gaps.gaps))  # fmt: skip


def _marks(
    name: str, answers: Sequence[Answer], gaps: Gaps | None, report: Report
) -> dict[int, Mark]:
    """By the gap's number."""
    passed = {exercise: all(test.status == "passed" for test in report.tests
                            if test.exercise == exercise)
              for exercise in {test.exercise for test in report.tests}}  # fmt: skip
    known = {
        answer.gap.number
        for answer in answers
        if passed.get(answer.gap.exercise) or (gaps and gaps.is_reference(answer))
    }
    blamed = _blamed(name, report)
    suspects: dict[str, list[int]] = {}
    for answer in answers:
        if answer.gap.number not in known:
            suspects.setdefault(answer.gap.exercise, []).append(answer.gap.number)

    def verdict(answer: Answer) -> Verdict:
        if answer.is_open:
            return "open"
        if answer.gap.number in known:
            return "right"
        alone = len(suspects[answer.gap.exercise]) == 1
        return "wrong" if alone or blamed & set(answer.lines) else "doubtful"

    return {answer.gap.number: Mark(answer.gap.number, answer.gap.exercise, answer.gap.name,
                                    verdict(answer))
            for answer in answers}  # fmt: skip


def _blamed(name: str, report: Report) -> set[int]:
    """Lines of the file from which a failing test's error came, as its message says."""
    return {int(place["line"]) for test in report.tests if test.status != "passed"
            for place in _PLACE.finditer(test.message) if place["file"] == name}  # fmt: skip


def _lines(
    text: str, starts: Sequence[int], answers: Sequence[Answer], marks: Mapping[int, Mark]
) -> Iterator[tuple[Piece, ...]]:
    owners = _owners(text, answers)
    for number, start in enumerate(starts):
        stop = starts[number + 1] if number + 1 < len(starts) else len(text)
        yield tuple(_pieces(text, start, stop, owners, marks))


@dataclass(frozen=True)
class _Owners:
    """Whose each part of a text is: from `starts[i]` on that of `answers[i]`."""

    starts: list[int]
    answers: list[Answer | None]


def _owners(text: str, answers: Sequence[Answer]) -> _Owners:
    """Answers that lie in one another's place give way to the first."""
    starts, owners, end = [0], list[Answer | None]([None]), 0
    for answer in answers:
        if answer.start >= end:
            starts += [answer.start, answer.stop]
            owners += [answer, None]
            end = answer.stop
    return _Owners(starts, owners)


def _pieces(
    text: str, start: int, stop: int, owners: _Owners, marks: Mapping[int, Mark]
) -> Iterator[Piece]:
    """A line's, without its end and with white space at a gap's line start outside of the gap."""
    index = bisect_right(owners.starts, start) - 1
    stop = start + len(text[start:stop].rstrip("\r\n"))
    while start < stop:
        upto = owners.starts[index + 1] if index + 1 < len(owners.starts) else stop
        part, owner = text[start : min(upto, stop)], owners.answers[index]
        if owner and owner.start < start:  # goes on from the line before
            indent = part[: len(part) - len(part.lstrip())]
            if indent:
                yield Piece(indent, None)
            part = part.lstrip()
        if part:
            mark = marks[owner.gap.number] if owner else None
            yield Piece(part, mark, bool(owner and owner.start == start))
        start, index = min(upto, stop), index + 1
