"""The baselines are probabilities, as the formula has them."""

from __future__ import annotations

import itertools
import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.pretraining.ngrams import count

VOCABULARY = 5
DOCUMENTS = st.lists(
    st.lists(st.integers(0, VOCABULARY - 1), min_size=3, max_size=12), min_size=1, max_size=6
)


@given(
    DOCUMENTS, st.integers(1, 3), st.lists(st.integers(0, VOCABULARY - 1), min_size=1, max_size=4)
)
def test_probabilities_of_all_next_tokens_sum_to_one(documents, order, history):
    model = count(documents, VOCABULARY, order)
    last = [model.nats([*history, token])[-1] for token in range(VOCABULARY)]
    assert sum(math.exp(-one) for one in last) == pytest.approx(1, abs=1e-9)  # float64


def test_bigrams_are_interpolated_kneser_ney_as_written_by_hand():
    documents = [[0, 1, 2, 1], [0, 1, 3], [2, 1, 3, 3]]
    pairs = Counter(itertools.chain.from_iterable(itertools.pairwise(one) for one in documents))

    def discount(counts):
        once, twice = (sum(c == n for c in counts) for n in (1, 2))
        return once / (once + 2 * twice)

    before = Counter(token for _, token in pairs)  # after how many different tokens
    d1, d2 = discount(before.values()), discount(pairs.values())

    def unigram(token):
        total = sum(before.values())
        return max(before[token] - d1, 0) / total + d1 * len(before) / total / VOCABULARY

    def bigram(context, token):
        follow = {pair: c for pair, c in pairs.items() if pair[0] == context}
        total = sum(follow.values())
        own = max(pairs[context, token] - d2, 0) / total
        return own + d2 * len(follow) / total * unigram(token)

    wanted = [-math.log(bigram(0, 1)), -math.log(bigram(1, 4)), -math.log(unigram(2))]
    model = count(documents, VOCABULARY, order=2)
    np.testing.assert_allclose(model.nats([0, 1, 4, 2]), wanted, rtol=1e-12)  # float64


def test_longer_histories_predict_a_text_that_needs_them_better():
    text = [0, 1, 2, 0, 3, 4] * 30
    losses = [count([text], VOCABULARY, order).nats(text).mean() for order in (1, 2, 3)]
    assert losses == sorted(losses, reverse=True)


def test_a_vocabulary_of_a_quarter_of_a_million_overflows_nothing():
    size = 250_000
    text = [size - 1, size - 2, size - 1, size - 3] * 5
    assert count([text], size, 3).nats(text)[2:].max() < math.log(size)


def test_an_ngram_does_not_reach_over_the_edge_of_a_document():
    apart = count([[0, 1, 0], [2, 3, 2]], VOCABULARY, 2).nats([0, 2])[0]
    together = count([[0, 1, 0, 2, 3, 2]], VOCABULARY, 2).nats([0, 2])[0]
    assert together < apart
