"""What the graded tests expect, in numpy and plain Python: no code of the assignment is used.

A vocabulary's words and vectors are a Vocabulary. Expected values of the real one are the same for
every student, so it is made ready once a process and kept: nobody may change it.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from autograder.errors import CourseError, GraderFault
from autograder.models.embeddings import load_embedding

Floats = NDArray[np.floating]

NEGATIVE = {"-", "\N{FULLWIDTH HYPHEN-MINUS}", "\N{MINUS SIGN}", "\N{EN DASH}"}
POSITIVE = {"+", "\N{FULLWIDTH PLUS SIGN}"}
EQUAL = {"=", "\N{FULLWIDTH EQUALS SIGN}"}


class Unknown(Exception):
    """Nothing is known of this word."""


class Malformed(Exception):
    """A text that is no equation: a word is missing."""


@dataclass(frozen=True)
class Term:
    """One word of an equation, added (1) or taken away (-1)."""

    sign: int
    word: str


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Words and their vectors; row i of `table` (V, d) belongs to `words[i]`."""

    words: Sequence[str]
    table: Floats

    @cached_property
    def rows(self) -> Mapping[str, int]:
        return dict(zip(self.words, range(len(self.words)), strict=True))

    @cached_property
    def lengths(self) -> Floats:
        return np.sqrt(np.einsum("vd,vd->v", self.table, self.table))

    def row(self, piece: str) -> int | None:
        """As it is written, or else in lower case."""
        for spelling in (piece, piece.lower()):
            if spelling in self.rows:
                return self.rows[spelling]
        return None

    def pieces(self, word: str) -> Iterator[int]:
        """The rows of a word's longest known pieces, from the left."""
        rest = word
        while rest:
            prefixes = (rest[:-cut] if cut else rest for cut in range(len(rest)))
            known = next((one for one in prefixes if self.row(one) is not None), None)
            if known is not None:
                yield self.rows[known if known in self.rows else known.lower()]
            rest = rest[len(known or rest[0]) :]

    def vector(self, word: str) -> Floats:
        """(d,) in float64. Raises Unknown, with the word."""
        found = [self.table[row].astype(np.float64) for row in self.pieces(word)]
        if not found:
            raise Unknown(word)
        return np.mean(found, axis=0)

    def sum(self, terms: Iterable[Term]) -> Floats:
        """(d,) in float64. Raises Unknown for the first unknown word."""
        total = np.zeros(self.table.shape[1])
        for term in terms:
            total += term.sign * self.vector(term.word)
        return total

    def own_rows(self, terms: Iterable[Term]) -> list[int]:
        """The rows of an equation's words, of those that have one."""
        return [row for term in terms if (row := self.row(term.word)) is not None]

    def similarities(self, vector: Floats) -> Floats:
        """Of all words to one vector, (V,)."""
        products = self.lengths * np.sqrt(vector @ vector)
        dots = self.table @ vector.astype(self.table.dtype)
        return np.divide(dots, products, out=np.zeros_like(dots), where=products > 0)

    def nearest(self, vector: Floats, barred: Iterable[int], k: int) -> tuple[list[int], Floats]:
        """The k rows most similar to a vector, less the barred ones, and their similarities."""
        similar = self.similarities(vector)
        similar[list(barred)] = -2.0
        best = np.argpartition(-similar, k - 1)[:k]
        order = best[np.argsort(-similar[best])]
        return [int(row) for row in order], similar[order]


def similarity(one: Floats, other: Floats) -> float:
    """The cosine of the angle between two vectors in float64, 0 where one is zero."""
    size = np.sqrt((one @ one) * (other @ other))
    return float(one @ other / size) if size else 0.0


def read_equation(text: str) -> list[Term]:
    """The terms of an equation. Raises Malformed where a word is missing."""
    terms: list[Term] = []
    sign, word = 1, ""
    for place, letter in enumerate(_left_side(text)):
        if letter not in POSITIVE | NEGATIVE:
            word += letter
            continue
        if word:
            terms.append(Term(sign, word))
        elif place:
            raise Malformed(text)
        sign, word = (1 if letter in POSITIVE else -1), ""
    if not word:
        raise Malformed(text)
    return [*terms, Term(sign, word)]


def _left_side(text: str) -> list[str]:
    letters: list[str] = []
    for letter in text:
        if letter in EQUAL:
            break
        if not letter.isspace():
            letters.append(letter)
    return letters


def is_usable(name: str) -> bool:
    """Whether this machine has an embedding, whole."""
    try:
        load_embedding(name)
    except CourseError:
        return False
    return True


@functools.cache
def real_vocabulary(name: str) -> Vocabulary:
    """That of an embedding. Where it is missing here, the grader is at fault, and nobody else."""
    try:
        embedding = load_embedding(name)
    except CourseError as error:
        raise GraderFault(str(error)) from error
    return Vocabulary(embedding.words, embedding.table.numpy())
