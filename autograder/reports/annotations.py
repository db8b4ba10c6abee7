"""Remarks on lines of a student's files, as GitHub's workflow commands and GitLab's code quality.

GitHub shows the first ten errors and the first ten warnings of a step; a line says how many more
there are. GitLab tells remarks apart by their fingerprints, which here do not depend on lines, so
that code that only moved is not new.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec

from autograder.course.assignment import Language

MOST_OF_A_LEVEL = 10  # that GitHub shows of one step
MOST_CHARACTERS = 2000  # of a message: the summary and the report have it whole

Level = Literal["error", "warning"]
_SEVERITY = {"error": "major", "warning": "minor"}  # GitLab's words


@dataclass(frozen=True)
class Remark:
    """Something to say about one line of a file."""

    level: Level  # a warning: nothing is wrong yet
    path: str  # from the repository's root, with slashes
    line: int  # from 1
    title: str
    message: str


def workflow_commands(remarks: Sequence[Remark], language: Language) -> str:
    """Lines for a step's log: errors first, then what is left out, if anything."""
    told: list[str] = []
    left = 0
    for level in ("error", "warning"):
        of_level = [one for one in remarks if one.level == level]
        told += map(_command, of_level[:MOST_OF_A_LEVEL])
        left += len(of_level[MOST_OF_A_LEVEL:])
    if left:
        more = f"还有 {left} 处，见摘要" if language == "zh" else f"{left} more: see the summary"
        told.append(f"::notice::{_data(more)}")
    return "".join(f"{line}\n" for line in told)


def code_quality(remarks: Sequence[Remark]) -> bytes:
    """GitLab's code quality report: a JSON list, all of the remarks in it."""
    return msgspec.json.format(msgspec.json.encode([*_issues(remarks)]), indent=2) + b"\n"


def _command(remark: Remark) -> str:
    place = f"file={_property(remark.path)},line={remark.line},title={_property(remark.title)}"
    return f"::{remark.level} {place}::{_data(_cut(remark.message))}"


def _data(text: str) -> str:
    """Text behind the second `::`: in it a line break would end the command and begin another."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """A value between the commas, which a colon could end as well."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _issues(remarks: Sequence[Remark]) -> Iterator[dict[str, object]]:
    seen: Counter[str] = Counter()  # GitLab shows one of those that have the same fingerprint
    for one in remarks:
        what = f"{one.level}\0{one.path}\0{one.title}\0{one.message}"
        seen[what] += 1
        yield {
            "description": f"{one.title}: {_cut(one.message)}",
            "check_name": f"autograder/{one.level}",
            "fingerprint": hashlib.sha256(f"{what}\0{seen[what]}".encode()).hexdigest(),
            "severity": _SEVERITY[one.level],
            "location": {"path": one.path, "lines": {"begin": one.line}},
        }


def _cut(text: str) -> str:
    return text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS]}…"
