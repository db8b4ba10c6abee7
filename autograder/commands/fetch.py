"""`autograder fetch`: weights, vectors and data, brought once into the person's cache."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.filesize import decimal

from autograder.course.assignment import Language, find_template
from autograder.errors import CourseError
from autograder.models.catalogue import CATALOGUE, Source, find_source
from autograder.models.fetch import fetch as bring
from autograder.models.store import is_present

_HERE = {"en": ("not here", "here"), "zh": ("未有", "已有")}


def fetch(names: Sequence[str], *, listing: bool, needed: bool = False, lang: Language) -> int:
    """Brings each named source, and what the tests in this folder need; or lists what there is."""
    if listing:
        for source in CATALOGUE.values():
            print(_entry(source, lang))
        return 0
    if not (names or needed):
        raise CourseError(f"fetch: no name. Do: choose from {', '.join(CATALOGUE)}")
    wanted = dict.fromkeys([*names, *(_needed() if needed else ())])
    for source in [find_source(name) for name in wanted]:  # a misspelt one is told before all work
        print(f"{source.name}: {bring(source.name)}", flush=True)
    return 0


def _needed() -> list[str]:
    """What the tests of the folder's assignments need."""
    course = find_template(Path.cwd())
    return [name for one in course.names for name in course.assignment(one).needs]


def _entry(source: Source, language: Language) -> str:
    """Name, size, licence, present or not; below, what it is and what for."""
    here = _HERE[language][is_present(source.name)]
    use = (f"{source.what_zh}；用于{source.needed_for_zh}" if language == "zh" else
           f"{source.what}; for {source.needed_for}")  # fmt: skip
    return f"{source.name:<18}{decimal(source.size):>8}  {source.licence:<21}  {here}\n    {use}"
