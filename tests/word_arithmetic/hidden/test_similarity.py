"""Exercise `similarity`, hidden part: scale, single precision, real vectors."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from autograder.grading.compare import assert_close
from tests.word_arithmetic.cases import few_examples
from tests.word_arithmetic.test_similarity import cosines
from tests.word_arithmetic.trusted import real_vocabulary


@few_examples
@given(left=st.sampled_from([1e-3, 0.5, 40.0]), right=st.sampled_from([1e-3, 7.0, 1e3]))
def test_scaling_a_vector_changes_no_similarity(student, draw, left, right):
    a, b = draw.normal("a", 2, 1, 8), draw.normal("b", 3, 8)
    out = student.call("similarities", a=left * a, b=right * b)
    # float64; a very small number added to a length of 1e-3 moves a cosine by 1e-5 at most
    assert_close(out["similarities"], cosines(a, b), name="similarities", atol=2e-5)


def test_single_precision_is_kept(student, draw):
    x, b = (draw.normal(label, 5, 30, dtype=torch.float32) for label in ("x", "b"))
    out = student.call("similarities", a=x, b=b)
    # float32 rounds at 6e-8; thirty products of about a tenth
    assert_close(out["similarities"], cosines(x, b).float(), name="similarities", atol=2e-6)
    out = student.call("directions", x=x)
    expected = x.double() / x.double().square().sum(-1, keepdim=True).sqrt()
    assert_close(out["directions"], expected.float(), name="directions", atol=2e-6)


def test_real_words_have_their_similarities(student, draw):
    words = real_vocabulary("word-vectors")
    rows = draw.integers("rows", len(words.words), 60)
    one, others = torch.from_numpy(words.table)[rows].split((2, 58))
    out = student.call("similarities", a=one[:, None], b=others)
    # float32 rounds at 6e-8; a hundred products of about a tenth
    expected = cosines(one[:, None], others).float()
    assert_close(out["similarities"], expected, name="similarities of real words", atol=1e-5)
