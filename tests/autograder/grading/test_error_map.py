"""Error maps: each letter is the difference in quarter decades of the tolerance, at its place."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from autograder.grading.compare import Mismatch, assert_close, assert_equal
from autograder.grading.error_map import error_map
from autograder.reports.maps import LETTERS, MOST_COLUMNS, MOST_ROWS


def _map(actual, expected, **tolerance):
    with pytest.raises(Mismatch) as raised:
        assert_close(actual, expected, name="x", **tolerance)
    return raised.value.difference.map


def test_a_map_shows_where_in_time_and_features_values_differ():
    expected = torch.zeros(3, 4, dtype=torch.float64)
    actual = expected.clone()
    actual[1, 2], actual[2, 0], actual[0, 0] = 1e-3, 1.5e-6, 1e-7
    assert _map(actual, expected, atol=1e-6) == ("0000", "00c0", "1000")


def test_batches_and_heads_are_laid_on_one_another_and_the_largest_counts():
    expected = torch.zeros(2, 2, 2, 2)
    actual = expected.clone()
    actual[0, 1, 0, 1], actual[1, 1, 0, 1], actual[1, 0, 1, 1] = 1.0, 100.0, 10.0
    assert _map(actual, expected, atol=1.0) == ("08", "04")


def test_a_tolerance_that_grows_with_the_value_is_taken_as_it_is():
    expected = torch.tensor([[1.0, 1000.0]], dtype=torch.float64)
    assert _map(expected + 10.0, expected, atol=0, rtol=0.01) == ("c0",)


def test_what_is_no_finite_number_has_a_letter_of_its_own():
    expected = torch.zeros(1, 3)
    actual = torch.tensor([[math.nan, math.inf, 1.0]])
    assert _map(actual, expected, atol=1.0) == ("zz0",)
    assert _map(-actual[:, 1:], actual[:, 1:], atol=1.0) == ("z2",)


def test_integers_are_right_or_wrong():
    with pytest.raises(Mismatch) as raised:
        assert_equal(torch.tensor([[1, 2, 900]]), torch.tensor([[1, 3, 4]]), name="ids")
    assert raised.value.difference.map == ("011",)


def test_of_one_number_there_is_no_map():
    assert _map(torch.tensor(1.0), torch.tensor(2.0), atol=0.1) == ()


ratios = st.floats(min_value=0, allow_infinity=True) | st.just(math.nan)


@given(st.integers(1, 60), st.integers(1, 120), st.integers(0, 7199), ratios)
def test_a_large_tensor_keeps_its_worst_place_however_it_is_reduced(rows, columns, place, ratio):
    whole = torch.zeros(rows, columns, dtype=torch.float64)
    row, column = divmod(place % (rows * columns), columns)
    whole[row, column] = ratio
    found = error_map(whole)
    if rows * columns == 1:
        assert found == ()
        return
    high, wide = min(rows, MOST_ROWS), min(columns, MOST_COLUMNS)
    assert (len(found), {len(one) for one in found}) == (high, {wide})
    marked = [
        (y, x) for y, one in enumerate(found) for x, letter in enumerate(one) if letter != "0"
    ]
    if ratio <= 1:
        assert marked == []
    else:
        assert marked == [(row * high // rows, column * wide // columns)]
        letter = found[marked[0][0]][marked[0][1]]
        assert letter == ("z" if math.isnan(ratio) else letter)
        if not math.isnan(ratio) and 1.01 < ratio < 1e8:
            level = LETTERS.index(letter)
            assert 10 ** ((level - 1) / 4) * 0.999 < ratio < 10 ** (level / 4) * 1.001
