"""The result of a check in a cell: HTML in a notebook, plain lines elsewhere."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import jinja2
from rich.console import Console

from autograder.course.assignment import Assignment, Language
from autograder.course.gaps import Unfilled
from autograder.grading.scoring import Score
from autograder.reports.bars import marks, span
from autograder.reports.diagnoses import diagnosis_lines
from autograder.reports.progress import progress_lines
from autograder.reports.words import describe_gap, word

_WIDTH = 100


@dataclass(frozen=True)
class CheckResult:
    """What the public tests came to. `gaps` are those still open, by cell."""

    assignment: Assignment
    score: Score
    gaps: Mapping[str, Sequence[Unfilled]]
    missing: tuple[str, ...]  # data that some tests need and this machine lacks
    language: Language

    def _repr_html_(self) -> str:
        return check_html(self)

    def __repr__(self) -> str:
        out = io.StringIO()
        console = Console(file=out, width=_WIDTH, highlight=False, force_jupyter=False)
        for line in progress_lines(self.assignment, self.score.tests, self.score.adjustments,
                                   self.gaps, self.language):  # fmt: skip
            console.print(line)
        return out.getvalue()


def check_html(result: CheckResult) -> str:
    """A table an exercise, the gaps still open in it, and why tests fail. All text is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("autograder.notebooks", "."),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    language = result.language
    told = {describe_gap(gap, language) for some in result.gaps.values() for gap in some}
    return environment.get_template("check.html.j2").render(
        result=result,
        language=language,
        gaps=[(cell, gap) for cell, some in result.gaps.items() for gap in some],
        is_told=told.__contains__,  # by its gap
        word=partial(word, language=language),
        diagnosis_lines=partial(diagnosis_lines, language=language),
        describe=partial(describe_gap, language=language),
        span=span,
        marks=partial(marks, language=language),
    )
