"""Baselines: how well does counting predict the next token? Interpolated Kneser–Ney.

S. F. Chen, J. Goodman, *An Empirical Study of Smoothing Techniques for Language Modeling* (1999).
The highest order counts how often, each lower one after how many different tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class _Level:
    """The counts of one order, sorted by key. A key is an n-gram, written as one number."""

    grams: Ints
    counts: Ints
    contexts: Ints
    totals: Ints  # of a context: the sum of its counts
    kinds: Ints  # of a context: how many different tokens come after it
    discount: float


@dataclass(frozen=True, eq=False)
class NGrams:
    """An n-gram model of `order` 1 (tokens alone), 2 (pairs) or 3 over `vocabulary` tokens."""

    vocabulary: int
    levels: tuple[_Level, ...]  # order 1 first

    def nats(self, tokens: Sequence[int]) -> Floats:
        """−ln p of each token but the first, which is only a context."""
        ids = np.asarray(tokens, dtype=np.int64)
        predicted = np.full(len(ids) - 1, 1 / self.vocabulary)
        for order, level in enumerate(self.levels, start=1):
            here = slice(order - 2, None) if order > 1 else slice(None)
            grams = _keys(ids, order, self.vocabulary)  # grams[i] ends at token i + order − 1
            grams = grams[1:] if order == 1 else grams
            predicted[here] = _mixed(level, grams, self.vocabulary, predicted[here])
        losses: Floats = -np.log(predicted)
        return losses


def count(documents: Sequence[Sequence[int]], vocabulary: int, order: int) -> NGrams:
    """An n-gram model of these documents. Its n-grams do not reach over a document's edge."""
    found = [_counted(documents, vocabulary, n) for n in range(1, order + 1)]
    levels = []
    for n, (grams, counts) in enumerate(found, start=1):
        if n < order:  # after how many different tokens it comes
            ends = found[n][0] % vocabulary**n
            levels.append(_level(*np.unique(ends, return_counts=True), vocabulary))
        else:
            levels.append(_level(grams, counts, vocabulary))
    return NGrams(vocabulary, tuple(levels))


def _counted(documents: Sequence[Sequence[int]], vocabulary: int, order: int) -> tuple[Ints, Ints]:
    keys = [_keys(np.asarray(one, dtype=np.int64), order, vocabulary)
            for one in documents if len(one) >= order]  # fmt: skip
    grams, counts = np.unique(np.concatenate(keys), return_counts=True)
    return grams, counts.astype(np.int64)


def _keys(ids: Ints, order: int, vocabulary: int) -> Ints:
    """Each n-gram as one number, its last token the lowest digit; 3 × 18 bits fit into 63."""
    keys = np.zeros(max(0, len(ids) - order + 1), dtype=np.int64)
    for offset in range(order):
        keys = keys * vocabulary + ids[offset : offset + len(keys)]
    return keys


def _level(grams: Ints, counts: Ints, vocabulary: int) -> _Level:
    contexts, starts = np.unique(grams // vocabulary, return_index=True)
    once, twice = (int((counts == n).sum()) for n in (1, 2))
    discount = once / (once + 2 * twice) if once else 0.5
    kinds = np.diff(np.append(starts, len(grams)))
    return _Level(grams, counts, contexts, np.add.reduceat(counts, starts), kinds, discount)


def _mixed(level: _Level, grams: Ints, vocabulary: int, lower: Floats) -> Floats:
    """This order's discounted share, and what the discount freed to the order below."""
    counts = _looked_up(level.grams, level.counts, grams)
    contexts = grams // vocabulary
    totals = _looked_up(level.contexts, level.totals, contexts)
    kinds = _looked_up(level.contexts, level.kinds, contexts)
    known = totals > 0
    safe = np.where(known, totals, 1)
    own = np.maximum(counts - level.discount, 0) / safe
    freed = np.where(known, level.discount * kinds / safe, 1)
    mixed: Floats = own + freed * lower
    return mixed


def _looked_up(keys: Ints, values: Ints, wanted: Ints) -> Ints:
    places = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    found: Ints = np.where(keys[places] == wanted, values[places], 0)
    return found
