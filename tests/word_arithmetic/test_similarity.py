"""Exercise `similarity`: vectors of length 1, the cosine of the angle between two."""

import numpy as np
import torch

from autograder.grading.compare import assert_close
from tests.word_arithmetic.trusted import similarity

EXACT = 1e-12  # float64 rounding of numbers up to one
CLOSE = 1e-6  # as above; some write down a very small number where a length could be zero


def cosines(a, b):
    """Of each pair along the leading axes, which broadcast."""
    a, b = np.broadcast_arrays(a.double().numpy(), b.double().numpy())
    pairs = zip(a.reshape(-1, a.shape[-1]), b.reshape(-1, a.shape[-1]), strict=True)
    return torch.tensor([similarity(*pair) for pair in pairs]).double().view(a.shape[:-1])


def test_a_unit_vector_has_length_one_and_the_same_direction(student, draw):
    for shape in ((5,), (3, 4), (2, 3, 4)):
        x = 3 * draw.normal(f"{shape}", *shape)
        expected = x / x.square().sum(-1, keepdim=True).sqrt()
        out = student.call("directions", x=x)
        assert_close(out["directions"], expected, name=f"unit of {shape}", atol=CLOSE)
        assert_close(out["x"], x, name="x afterwards", atol=0.0)


def test_the_similarity_is_the_cosine_of_the_angle(student, draw):
    a, b = 4 * draw.normal("a", 6, 5), 0.3 * draw.normal("b", 6, 5)
    for name, other in (("another vector", b), ("itself", 2 * a), ("its opposite", -a)):
        out = student.call("similarities", a=a, b=other)
        expected = cosines(a, other)
        assert_close(out["similarities"], expected, name=f"similarity to {name}", atol=CLOSE)


def test_leading_axes_broadcast(student, draw):
    for one, other in (((4,), (3, 4)), ((3, 4), (4,)), ((2, 1, 4), (3, 4)), ((4,), (4,))):
        a, b = draw.normal(f"a {one}", *one), draw.normal(f"b {other}", *other)
        out = student.call("similarities", a=a, b=b)
        name = f"similarities of {one} and {other}"
        assert_close(out["similarities"], cosines(a, b), name=name, atol=CLOSE)


def test_nothing_is_similar_to_a_vector_of_zeros(student, draw):
    a, b = draw.normal("a", 4, 3), draw.normal("b", 4, 3)
    a[1], b[2], a[3], b[3] = 0, 0, 0, 0
    out = student.call("similarities", a=a, b=b)
    assert_close(out["similarities"], cosines(a, b), name="similarities", atol=CLOSE)
    out = student.call("directions", x=a)
    lengths = torch.tensor([1, 0, 1, 0]).double()
    assert_close(out["directions"].square().sum(-1), lengths, name="lengths", atol=CLOSE)
