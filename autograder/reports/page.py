"""index.html: the class at a glance and each student's tests, in one page without scripts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial

import jinja2

from autograder.course.assignment import Assignment, Language
from autograder.reports.bars import marks, span
from autograder.reports.schema import Report
from autograder.reports.words import main_line, word


def class_page(
    results: Mapping[str, tuple[Assignment, Collection[Report]]],
    notes: Mapping[str, Sequence[str]],
    language: Language,
) -> bytes:
    """`results` maps an assignment's name to it and its reports, `notes` to lines about the class.

    All text is escaped.
    """
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("autograder.reports", "."),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("page.html.j2").render(
        results=results,
        notes=notes,
        language=language,
        word=partial(word, language=language),
        main_line=partial(main_line, language=language),
        span=span,
        marks=partial(marks, language=language),
    )
    return page.encode()
