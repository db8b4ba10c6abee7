"""What to tell a student of a diagnosis, as lines of plain text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from autograder.course.assignment import Language
from autograder.reports.schema import Diagnosis, KnownMistake, TestReport

_ENGLISH = {
    "one": "This looks like: {}",
    "several": "This looks like one of these; the tests cannot tell them apart:",
    "look": "Where to look: {}",
    "measured": "Measured: {}",
}
_CHINESE = {
    "one": "看起来是：{}",
    "several": "看起来是下面几种之一（测试分不出是哪一种）：",
    "look": "看哪里：{}",
    "measured": "实测：{}",
}


def diagnosis_lines(test: TestReport, language: Language) -> list[str]:
    """Of a test that lost points; none where nothing is known. The first line names it."""
    found = test.diagnosis
    return [] if found is None else [*_lines(found, _CHINESE if language == "zh" else _ENGLISH)]


def _lines(found: Diagnosis, words: dict[str, str]) -> Iterator[str]:
    if len(found.mistakes) == 1:
        yield words["one"].format(found.mistakes[0].title)
        yield from _told(found.mistakes, words)
    elif found.mistakes:
        yield words["several"]
        for one in found.mistakes:
            yield f"· {one.title}"
            yield from _told([one], words)
    for fact in found.measured:
        yield words["measured"].format(fact)


def _told(mistakes: Sequence[KnownMistake], words: dict[str, str]) -> Iterator[str]:
    for one in mistakes:
        yield from filter(None, (one.seen, one.why))
        if one.look:
            yield words["look"].format(one.look)
