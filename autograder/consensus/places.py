"""Each gap of an assignment with what its place in the reference lets one write there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from autograder.consensus.scopes import BUILTINS, attributes, visible_names
from autograder.course.gaps import HOLE, GapInfo, parse
from autograder.course.masking import Masked, fill_gaps

# Words that may be a name, and figures that may be a student's number.
WORD = re.compile(r"[^\W\d_]{3,}|[^\W\d_]*[^\W\d_a-zA-Z][^\W\d_]*|\d{5,}")


@dataclass(frozen=True)
class Place:
    """A gap, and what of the reference can be used there."""

    file: str
    gap: GapInfo
    around: tuple[str, str]  # the reference's text before and behind the gap
    known: frozenset[str]  # names that are bound there, this gap left out
    words: frozenset[str]  # all names of the reference's file
    vocabulary: frozenset[str]  # all words of that file, in names and in texts
    spelled: frozenset[str]  # all that stands there as a name could, keywords and modules too

    @property
    def key(self) -> tuple[str, int]:
        return self.file, self.gap.number


def places_of(masked: Mapping[str, Masked]) -> tuple[Place, ...]:
    """The gaps of an assignment, in order of file and place."""
    return tuple(place for file, one in masked.items() for place in _of_file(file, one))


def program(masked: Masked, answers: Mapping[int, str]) -> str:
    """The reference with these answers, by the gap's number, in place of its own."""
    texts = [answers.get(gap.number, gap.answer) for gap in masked.gaps]
    return fill_gaps(masked.template, texts)


def _of_file(file: str, masked: Masked) -> Iterator[Place]:
    whole = parse(program(masked, {}))
    names = (node.id for node in ast.walk(whole) if isinstance(node, ast.Name))
    words = frozenset({*names, *attributes(whole), *_definitions(whole)})
    text = "\n".join([masked.template, *(one.answer for one in masked.gaps)])
    vocabulary, spelled = (frozenset(one.findall(text)) for one in (WORD, re.compile(r"\w+")))
    for gap in masked.gaps:
        without = program(masked, {gap.number: HOLE})
        before, _, behind = without.partition(HOLE)
        known = BUILTINS | visible_names(parse(without), gap.scope)
        yield Place(file, gap.released, (before, behind), known, words, vocabulary, spelled)


def _definitions(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
