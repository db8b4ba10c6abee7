"""What a check came to as Markdown, for the summary page of a GitHub workflow.

What students write goes into `<pre>`, where Markdown means nothing, and into `<code>` with each
character of Markdown escaped; HTML is escaped in both, so that nothing ends the element.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from autograder.course.assignment import Language
from autograder.course.gaps import Unfilled
from autograder.reports.diagnoses import diagnosis_lines
from autograder.reports.schema import ExerciseReport, Report, TestReport
from autograder.reports.words import describe_gap, word

MOST_BYTES = 900_000  # of a summary: GitHub drops one of more than 1 MiB whole
MOST_CHARACTERS = 4000  # of a message; the report has it whole
GAPS_SHOWN = 5  # the next to fill
_MARKS = {"passed": "✅", "partial": "🟡", "skipped": "⏭️"}
_PUNCTUATION = re.compile(r"([\\`*_\[\]#!|~@$])")

Gaps = Mapping[str, Sequence[Unfilled]]  # by file


@dataclass(frozen=True)
class Part:
    """The report of one assignment, and the gaps that are still open in it."""

    report: Report
    gaps: Gaps


def job_summary(parts: Sequence[Part], language: Language) -> str:
    """Markdown of all assignments; of what does not fit, how much it is."""
    kept: list[str] = []
    size = left = 0
    for block in (block for part in parts for block in _blocks(part, language)):
        size += len(block.encode())
        if size <= MOST_BYTES:
            kept.append(block)
        else:
            left += 1
    if left:
        kept.append(f"还有 {left} 段，见 JSON 报告。\n" if language == "zh"
                    else f"{left} more parts are in the JSON reports.\n")  # fmt: skip
    return "\n".join(kept)


def _blocks(part: Part, language: Language) -> Iterator[str]:
    report = part.report
    yield f"## {_inline(report.assignment)}\n"
    if report.status != "graded":
        yield f"❌ **{word(report.status, language)}**\n\n{_pre(report.reason)}\n"
        return
    yield _points(report, language)
    yield _table(report, language)
    found = [(file, gap) for file, some in part.gaps.items() for gap in some]
    if found:
        yield _open_gaps(report.assignment, found, language)
    waiting = {describe_gap(gap, language) for _, gap in found}
    lost = [test for test in report.tests if test.status != "passed"]
    yield from (_failure(test, language) for test in lost if test.message not in waiting)
    yield from _remarks(report, language)


def _points(report: Report, language: Language) -> str:
    points = f"{report.score:g} / {report.max_score:g}"
    if language == "zh":
        return f"公开测试：**{points}** 分。评分时还有隐藏测试，检查的是同样的要求。\n"
    return (
        f"Public tests: **{points}** points. Hidden tests will check the same promises at other "
        "sizes.\n"
    )


def _table(report: Report, language: Language) -> str:
    heads = (word("exercise", language), word("points", language), word("test", language))
    rows = [f"| {' | '.join(heads)} |", "|:--|--:|:--|"]
    rows += [_row(one, report.tests) for one in report.exercises]
    return "\n".join(rows) + "\n"


def _row(exercise: ExerciseReport, tests: Sequence[TestReport]) -> str:
    marks = "".join(_MARKS.get(test.status, "❌") for test in tests if test.exercise == exercise.id)
    points = f"{exercise.score:g} / {exercise.max_score:g}"
    return f"| {_inline(exercise.title)} | {points} | {marks} |"


def _open_gaps(assignment: str, found: Sequence[tuple[str, Unfilled]], language: Language) -> str:
    lines = [f"### {'接下来要填的空' if language == 'zh' else 'The next gaps to fill'}\n"]
    for file, gap in found[:GAPS_SHOWN]:
        place = _code(f"{assignment}/{file}:{gap.line}")
        lines.append(f"- {place} {_inline(describe_gap(gap, language))}")
        lines += [f"  - {_inline(hint)}" for hint in gap.hints_in(language)[:1]]
    if len(found) > GAPS_SHOWN:
        more = len(found) - GAPS_SHOWN
        lines.append(f"- 还有 {more} 个" if language == "zh" else f"- and {more} more")
    return "\n".join(lines) + "\n"


def _failure(test: TestReport, language: Language) -> str:
    mark = _MARKS.get(test.status, "❌")
    points = f"{test.score:g} / {test.max_score:g}"
    said = test.message or word(test.status, language)
    diagnosis = "".join(f"\n{_inline(line)}\n" for line in diagnosis_lines(test, language))
    hint = f"\n{word('hint', language)}: {_inline(test.hint)}\n" if test.hint else ""
    return (
        f"<details>\n<summary>{mark} {html.escape(test.title)} ({points})</summary>\n\n"
        f"{_code(test.id)}\n\n{_pre(said)}\n{diagnosis}{hint}\n</details>\n"
    )


def _remarks(report: Report, language: Language) -> Iterator[str]:
    """Notes of the tests, and what was given beyond them."""
    passed = [test for test in report.tests if test.status == "passed"]
    lines = [f"- {_code(note)}" for test in passed for note in test.notes]
    lines += [f"- {word(one.kind, language)} {one.points:+g}: {_code(one.reason)}"
              for one in report.adjustments]  # fmt: skip
    if lines:
        yield "\n".join(lines) + "\n"


def _pre(text: str) -> str:
    cut = text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS]}…"
    return f"<pre>{html.escape(cut)}</pre>"


def _code(text: str) -> str:
    return f"<code>{_inline(text)}</code>"


def _inline(text: str) -> str:
    """Text that is no Markdown and no HTML, on one line."""
    return _PUNCTUATION.sub(r"\\\1", html.escape(" ".join(text.split()), quote=False))
