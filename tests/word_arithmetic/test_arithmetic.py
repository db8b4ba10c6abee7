"""Exercise `arithmetic`: adding and subtracting terms."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from autograder.grading.compare import assert_close
from tests.word_arithmetic.cases import few_examples

EXACT = 1e-12  # float64 rounding of sums of a few numbers of about one


def expected_sum(signs, vectors):
    return torch.from_numpy(np.einsum("n,nd->d", np.array(signs, float), vectors.numpy()))


def test_terms_are_added_and_taken_away(student, draw):
    for signs in ([1, -1, 1], [1, 1], [1, -1, -1, -1]):
        vectors = draw.normal(f"{len(signs)} terms", len(signs), 5)
        out = student.call("combined", signs=signs, vectors=vectors)
        assert_close(out["sum"], expected_sum(signs, vectors), name="sum", atol=EXACT)
        assert_close(out["vectors"], vectors, name="vectors afterwards", atol=0.0)


@few_examples
@given(order=st.permutations(range(5)), signs=st.lists(st.sampled_from([1, -1]), min_size=5))
def test_the_order_of_terms_does_not_matter(student, draw, order, signs):
    vectors, signs = draw.normal("vectors", 5, 3), signs[:5]
    moved = {"signs": [signs[place] for place in order], "vectors": vectors[list(order)]}
    out = student.call("combined", **moved)
    assert_close(out["sum"], expected_sum(signs, vectors), name=f"sum in order {order}", atol=EXACT)
