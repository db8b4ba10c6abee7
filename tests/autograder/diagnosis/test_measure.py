"""What is measured of a wrong tensor beside the right one."""

from __future__ import annotations

import math

import pytest
import torch

from autograder.diagnosis.measure import measured

RIGHT = torch.randn(2, 5, 6, generator=torch.Generator().manual_seed(11), dtype=torch.float64)
ORDER = [2, 0, 1, 4, 3]


def _first_place(x):
    other = x + 1.7 * x.flip(-1)
    return torch.cat((x[:, :1], other[:, 1:]), 1)


def _dropout(x):
    kept = torch.arange(x.numel()).reshape(x.shape) % 4 > 0
    return torch.where(kept, x / 0.75, 0.0)


@pytest.mark.parametrize(
    ("wrong", "fact"),
    [
        (lambda x: 8 * x, "right up to a factor of 8.000"),
        (lambda x: x / math.sqrt(12), "right up to a factor of 0.289 = 1/√12"),
        (lambda x: x * math.sqrt(12), "right up to a factor of 3.464 = √12"),
        (lambda x: -x, "right but for the sign of all values"),
        (lambda x: x - 0.25, "off by the same everywhere: -0.25"),
        (torch.zeros_like, "all values are 0"),
        (lambda x: -torch.zeros_like(x), "all values are 0"),
        (lambda x: (x.float() / 3 * 3.0000002).double(), "right to about the precision of float32"),
        (_dropout, "25% of the values are 0 and the others 1.333 times too large"),
        (lambda x: x.flip(1), "along axis 1 (the first is 0) in reverse order"),
        (lambda x: x.roll(1, 1), "along axis 1 (the first is 0) shifted by 1 and round the end"),
        (lambda x: x.roll(-1, 2), "along axis 2 (the first is 0) shifted by -1 and round the end"),
        (lambda x: x[:, ORDER], "along axis 1 (the first is 0) in another order: 1, 2, 0, 4, 3"),
        (_first_place, "right at the first place of axis 1 only (of 5)"),
        (lambda x: torch.cat((x[:, :4], x[:, 4:] + 1), 1), "but at the last place of axis 1"),
        (lambda x: x.reshape(2, 6, 5).mT.reshape(2, 5, 6), "the right values, at other places"),
        (lambda x: x.mT.contiguous(), "right with the axes 1 and 2 exchanged"),
        (lambda x: x.flatten(1), "the values are right, in order, but the shape is not"),
    ],
)
def test_a_fact_is_told_that_all_values_bear_out(wrong, fact):
    told = measured(wrong(RIGHT), RIGHT, 1e-9)
    assert told is not None
    assert fact in told.en
    assert told.zh != told.en


@pytest.mark.parametrize(
    "wrong",
    [
        lambda x: x + 0.3 * x.flip(-1) + 0.1,  # nothing simple
        lambda x: torch.where(x > 0.5, 8 * x, 7.9 * x),  # nearly a factor
        lambda x: torch.where(x > 0.5, x + 1, x + 1.01),  # nearly an offset
        lambda x: x.masked_fill(x > 0.5, math.nan),
        lambda x: x[:, :3],
        lambda x: torch.cat((x[:, :1], 1.01 * x[:, 1:] + 0.01), 1),  # nearly right elsewhere, too
    ],
)
def test_nothing_is_told_that_some_values_contradict(wrong):
    assert measured(wrong(RIGHT), RIGHT, 1e-9) is None


def test_whole_numbers_and_truths_are_measured_too():
    ids = torch.tensor([[3, 1, 4, 1, 5], [9, 2, 6, 5, 3]])
    assert "off by the same everywhere: +1" in measured(ids + 1, ids, 0.0).en
    assert "shifted by 1" in measured(ids.roll(1, 1), ids, 0.0).en
    seen = torch.ones(4, 4, dtype=torch.bool).tril()
    assert "the other way round" in measured(~seen, seen, 0.0).en
    assert measured(seen.mT, seen, 0.0) is None
    assert measured(torch.tensor(3), torch.tensor(4), 0.0) is None  # one value tells nothing


def test_a_sign_is_told_only_where_most_values_are_off():
    few = RIGHT.masked_fill(torch.arange(6) > 1, 0)
    assert measured(-few, few, 1e-9) is None
    most = RIGHT.masked_fill(torch.arange(6) > 4, 0)
    assert "but for the sign" in measured(-most, most, 1e-9).en


def test_what_a_loose_tolerance_allows_is_no_fact():
    nearly = 8 * RIGHT + 0.05 * RIGHT.flip(-1)
    assert measured(nearly, RIGHT, 0.5) is None
