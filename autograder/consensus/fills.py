"""What each student has in each gap: an answer, a gap left open, or nothing that can be told."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from autograder.consensus.own import Own
from autograder.consensus.places import Place
from autograder.consensus.syntax import Code, code_of, fits
from autograder.course.gaps import GapInfo, answers, holes_in, parse
from autograder.intake.submission import Submission

Nodes = list[ast.expr | ast.stmt]


@dataclass
class Tally:
    """One gap over a class: how many wrote what. Equal code is one answer."""

    place: Place
    codes: Counter[Code] = field(default_factory=Counter)
    open: int = 0  # a [MASK] still stands there
    apart: int = 0  # uses what the student wrote elsewhere, so that it does not stand by itself
    lost: int = 0  # the place cannot be found, or the file does not parse

    @property
    def filled(self) -> int:
        return self.codes.total()


def tally(places: Sequence[Place], submissions: Iterable[Submission]) -> tuple[list[Tally], int]:
    """The class's answers gap by gap, and how many students there are."""
    tallies = {place.key: Tally(place) for place in places}
    students = 0
    for submission in submissions:
        students += 1
        _count(tallies, submission)
    return list(tallies.values()), students


def _count(tallies: Mapping[tuple[str, int], Tally], submission: Submission) -> None:
    for file in dict.fromkeys(one.place.file for one in tallies.values()):
        here = [one for one in tallies.values() if one.place.file == file]
        tree = _tree(submission.files.get(file, b""))
        found = _found(tree, [one.place.gap for one in here]) if tree else {}
        own = Own(tree) if tree else None
        for one in here:
            _add(one, found.get(one.place.gap.number, []), own)


def _add(tally: Tally, nodes: Nodes, own: Own | None) -> None:
    if not nodes or own is None:
        tally.lost += 1
        return
    if any(map(holes_in, nodes)):
        tally.open += 1
        return
    code = code_of(nodes, tally.place, own)
    if code and (code in tally.codes or fits(tally.place, code)):
        tally.codes[code] += 1
    else:
        tally.apart += 1


def _tree(data: bytes) -> ast.Module | None:
    try:
        return parse(data.decode("utf-8", "replace"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _found(tree: ast.Module, gaps: Sequence[GapInfo]) -> dict[int, Nodes]:
    """What stands in each gap, by its number, in order of place."""
    found: dict[int, Nodes] = {}
    try:
        for gap, node in answers(tree, gaps):
            found.setdefault(gap.number, []).append(node)
    except RecursionError:
        return {}
    return {number: _outermost(nodes) for number, nodes in found.items()}


def _outermost(nodes: Nodes) -> Nodes:
    """Without those that stand inside another."""
    inner = {id(one) for node in nodes for one in ast.walk(node) if one is not node}
    left = [node for node in nodes if id(node) not in inner]
    return sorted(left, key=lambda node: (node.lineno, node.col_offset))
