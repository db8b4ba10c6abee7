"""Sketches tell tensors apart, and do not keep them."""

from __future__ import annotations

import math

import msgspec
import pytest
import torch

from autograder.diagnosis.sketches import (
    MOST_CALLS,
    CallTrace,
    Trace,
    distance,
    same_call,
    same_trace,
    tolerance,
)
from autograder.diagnosis.sketching import sketch, traced
from autograder.sandbox.outcome import StudentFailure


def _normal(*shape, seed=7, dtype=torch.float64):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


@pytest.mark.parametrize("shape", [(3,), (2, 5, 12), (40, 70, 30)])
@pytest.mark.parametrize("off", [1e-7, 1e-4, 0.1])
def test_the_distance_of_sketches_is_about_that_of_the_tensors(shape, off):
    x, noise = _normal(*shape), _normal(*shape, seed=8)
    other = x + off * noise * x.norm() / noise.norm()
    assert off / 4 < distance(sketch(x), sketch(other)) < 4 * off


def test_one_formula_in_two_orders_is_one_and_a_small_slip_is_another():
    a, b = _normal(6, 8), _normal(8, 9)
    product = sketch(a @ b)
    summed = sketch((a[:, :, None] * b[None]).sum(1))
    assert distance(product, summed) <= tolerance(product, summed)
    slip = sketch(1.00001 * (a @ b))
    assert distance(product, slip) > tolerance(product, slip)


def test_form_and_what_is_not_finite_count():
    x = _normal(4, 5)
    holed = torch.where(x > 0.5, math.nan, x)
    for other in (x.mT, x.flatten(), x > 0, x.to(torch.int64), holed, x.masked_fill(x > 0, 1e38)):
        assert distance(sketch(x), sketch(other)) == math.inf
    assert distance(sketch(holed), sketch(holed.clone())) == 0
    assert distance(sketch(holed), sketch(torch.where(x > 0.5, math.inf, x))) == math.inf


def test_integers_are_the_same_or_not():
    ids = torch.arange(1000)
    assert distance(sketch(ids), sketch(ids.clone())) == 0
    other = ids.clone()
    other[500] += 1
    assert distance(sketch(ids), sketch(other)) == math.inf


@pytest.mark.parametrize(
    "odd", [torch.zeros(0), torch.tensor(2.0), torch.tensor(True), torch.zeros(2, 0, 3).long()]
)
def test_small_and_empty_tensors_have_sketches_that_survive_json(odd):
    one = sketch(odd)
    assert msgspec.json.decode(msgspec.json.encode(one), type=type(one)) == one
    assert distance(one, sketch(odd.clone())) == 0


def test_a_large_tensor_is_not_in_its_sketch():
    assert len(msgspec.json.encode(sketch(_normal(500, 600)))) < 300


def test_calls_are_the_same_by_probe_names_values_and_failures():
    x = _normal(3, 3)
    (call,) = traced([("forward", {"output": x})])
    same, other = (traced([("forward", {"output": one})])[0] for one in (x.clone(), 2 * x))
    (failed,) = traced([("forward", StudentFailure("error", "ValueError: no"))])
    assert same_call(call, same)
    assert not any(same_call(call, one) for one in (other, failed, CallTrace(probe="backward")))
    tests = [Trace(id="t", status="failed", found=("values x",), calls=(one,))
             for one in (call, same, other)]  # fmt: skip
    assert same_trace(tests[0], tests[1])
    assert not same_trace(tests[0], tests[2])
    assert not same_trace(tests[0], msgspec.structs.replace(tests[1], found=("values y",)))


def test_of_very_many_calls_the_first_are_traced():
    assert len(traced([("forward", {})] * 1000)) == MOST_CALLS
