"""Exercise `nearest`, hidden part: scale, other shapes, a real vocabulary."""

import functools

import torch
from hypothesis import given
from hypothesis import strategies as st

from autograder.grading.compare import assert_close, assert_equal
from autograder.sandbox.protocol import MappedTensors
from tests.word_arithmetic.cases import arguments, assert_rows, few_examples, tensor, vocabulary
from tests.word_arithmetic.trusted import real_vocabulary, similarity

EXACT = 1e-4  # float64; a very small number added to a length of 1e-3 moves a cosine by 1e-5


@few_examples
@given(scale=st.sampled_from([1e-3, 0.02, 30.0, 1e3]), row=st.integers(0, 3))
def test_scaling_a_vector_does_not_change_the_nearest(student, draw, scale, row):
    vectors, target = draw.normal("vectors", 4, 6), draw.normal("target", 6)
    found = [similarity(target.numpy(), vector.numpy()) for vector in vectors]
    scaled = vectors.clone()
    scaled[row] *= scale
    out = student.call("nearest_candidate", target=target / scale, vectors=scaled)
    assert_close(out["similarities"], tensor(found), name="similarities", atol=EXACT)
    place = torch.tensor(found.index(max(found)))
    assert_equal(out["place"], place, name="place of the nearest candidate")


@few_examples
@given(batch=st.integers(1, 4), k=st.integers(1, 6), width=st.integers(2, 9), barred=st.data())
def test_any_batch_width_and_number_of_words_works(student, draw, batch, k, width, barred):
    words = vocabulary(draw, width=width)
    rows = st.lists(st.integers(0, len(words.words) - 1), max_size=8, unique=True)
    excluded = [barred.draw(rows) for _ in range(batch)]
    targets = draw.normal("targets", batch, width)
    expected = [words.nearest(target.numpy(), rows, k)
                for target, rows in zip(targets, excluded, strict=True)]  # fmt: skip
    out = student.call("nearest_words", targets=targets, table=arguments(words)["table"],
                       excluded=excluded, k=k)  # fmt: skip
    assert_rows(out, expected, atol=EXACT)


def test_a_real_vocabulary_is_searched_in_single_precision(student, draw):
    targets, excluded, expected = real_case(draw.seed("words"))
    out = student.call("nearest_words", targets=targets, table=MappedTensors("word-vectors"),
                       excluded=excluded, k=10)  # fmt: skip
    # float32 rounds at 6e-8; a hundred products of about a tenth
    assert_rows(out, expected, atol=1e-5, dtype=torch.float32)


@functools.cache
def real_case(seed):
    """Three sums of two words each, the rows of these words, and what is nearest."""
    words = real_vocabulary("word-vectors")
    generator = torch.Generator().manual_seed(seed)
    chosen = torch.randint(len(words.words), (3, 2), generator=generator)
    targets, excluded = torch.from_numpy(words.table)[chosen].sum(1), chosen.tolist()
    expected = [words.nearest(target.numpy(), rows, 10)
                for target, rows in zip(targets, excluded, strict=True)]  # fmt: skip
    return targets, excluded, expected
