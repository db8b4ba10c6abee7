"""Comparing tensors: what passes, what does not, and that nothing a student returns crashes it."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from autograder.grading.compare import Mismatch, assert_close, assert_equal, assert_text

finite = st.floats(-1e6, 1e6)


def _difference(actual, expected, **options):
    with pytest.raises(Mismatch) as caught:
        assert_close(actual, expected, name="output", **{"atol": 1e-6, **options})
    return caught.value.difference


@given(st.lists(finite, min_size=1, max_size=8), st.floats(0, 1), st.floats(0, 1))
def test_it_passes_exactly_when_each_value_is_within_tolerance(values, atol, shift):
    expected = torch.tensor(values, dtype=torch.float64)
    actual = expected + shift
    within = bool(((actual - expected).abs() <= atol).all())
    try:
        assert_close(actual, expected, name="x", atol=atol)
    except Mismatch:
        assert not within
    else:
        assert within


def test_the_relative_tolerance_grows_with_the_expected_value():
    expected = torch.tensor([1.0, 1000.0])
    assert_close(expected * 1.001, expected, name="x", atol=0, rtol=2e-3)
    assert _difference(expected * 1.001, expected, rtol=1e-4).share == 1.0


def test_a_difference_says_where_how_much_and_how_many():
    expected = torch.zeros(2, 3)
    actual = expected.clone()
    actual[1, 2] = 0.25
    actual[0, 1] = -0.5
    difference = _difference(actual, expected, hint="the axis")
    assert difference.where == (0, 1)
    assert difference.largest == 0.5
    assert (difference.actual, difference.expected) == ("-0.5", "0")
    assert difference.share == pytest.approx(2 / 6)
    assert (difference.shape, difference.hint) == ((2, 3), "the axis")


def test_another_shape_is_told_before_values_even_where_it_would_broadcast():
    difference = _difference(torch.zeros(1, 3), torch.zeros(2, 3))
    assert (difference.kind, difference.actual, difference.expected) == (
        "shape", "(1, 3)", "(2, 3)",
    )  # fmt: skip


def test_another_dtype_is_a_mismatch_unless_any_float_will_do():
    assert _difference(torch.zeros(2), torch.zeros(2, dtype=torch.float64)).kind == "dtype"
    assert_close(torch.zeros(2), torch.zeros(2, dtype=torch.float64), name="x", atol=0,
                 dtype="any-float")  # fmt: skip
    assert _difference(torch.zeros(2, dtype=torch.int64), torch.zeros(2),
                       dtype="any-float").kind == "dtype"  # fmt: skip


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_never_passes(bad):
    actual = torch.tensor([0.0, bad])
    difference = _difference(actual, torch.zeros(2), atol=math.inf)
    assert difference.kind == "finite"
    assert difference.where == (1,)


def _passes(actual, expected, atol, rtol):
    """The rule of `assert_close`, one value at a time."""
    if math.isfinite(expected) and not math.isfinite(actual):
        return False
    return actual == expected or abs(actual - expected) <= atol + rtol * abs(expected)


odd = st.sampled_from([math.nan, math.inf, -math.inf, 0.0, 1.0, 1.25, -1.0, 1e308, -1e308])
tolerance = st.sampled_from([0.0, 0.25, math.inf])


@given(st.lists(st.tuples(odd, odd), max_size=4), tolerance, tolerance)
def test_infinities_and_no_numbers_keep_to_the_rule_too(pairs, atol, rtol):
    actual, expected = torch.tensor(pairs, dtype=torch.float64).reshape(-1, 2).unbind(1)
    try:
        assert_close(actual, expected, name="x", atol=atol, rtol=rtol)
    except Mismatch:
        assert not all(_passes(*pair, atol, rtol) for pair in pairs)
    else:
        assert all(_passes(*pair, atol, rtol) for pair in pairs)


def test_infinity_where_it_is_expected_passes():
    expected = torch.tensor([-math.inf, 1.0])
    assert_close(expected.clone(), expected, name="x", atol=0)


def test_only_plain_tensors_are_compared():
    class Equal(torch.Tensor):
        def __eq__(self, other):
            return True

        __hash__ = torch.Tensor.__hash__

    assert _difference(Equal([1.0, 2.0]), torch.zeros(2)).kind == "type"
    assert _difference([0.0, 0.0], torch.zeros(2)).kind == "type"
    assert _difference(None, torch.zeros(2)).kind == "type"


def test_empty_tensors_of_one_shape_are_close():
    assert_close(torch.zeros(0, 3), torch.zeros(0, 3), name="x", atol=0)


def test_integers_are_equal_or_the_first_difference_is_told():
    tokens = torch.tensor([[1, 2], [3, 4]])
    assert_equal(tokens.clone(), tokens, name="tokens")
    with pytest.raises(Mismatch) as caught:
        assert_equal(torch.tensor([[1, 2], [9, 9]]), tokens, name="tokens")
    difference = caught.value.difference
    assert (difference.where, difference.actual, difference.expected) == ((1, 0), "9", "3")


def _points(text):
    return torch.tensor([ord(letter) for letter in text])


def test_text_comes_as_code_points_and_is_told_as_text():
    assert_text(_points("皇后"), "皇后", name="word")
    with pytest.raises(Mismatch) as caught:
        assert_text(_points("皇\x1b"), "皇后", name="word")
    difference = caught.value.difference
    assert (difference.kind, difference.actual, difference.expected) == ("text", "皇\ufffd", "皇后")


@pytest.mark.parametrize(
    "value",
    [torch.tensor(3), torch.zeros(2), torch.zeros(1, 1).long(), torch.tensor([2**40, -1]), "皇后"],
    ids=["no axis", "floats", "two axes", "no characters", "a str"],
)
def test_what_is_no_text_is_a_mismatch(value):
    with pytest.raises(Mismatch):
        assert_text(value, "皇后", name="word")
