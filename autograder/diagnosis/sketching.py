"""Tensors → sketches."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from autograder.diagnosis.sketches import FLOATS, MOST_CALLS, CallTrace, Sketch
from autograder.sandbox.outcome import StudentFailure

MOST_VALUES = 1 << 22  # of a tensor: the first ones
MOST_TEXT = 300  # characters of a failure
HUGE = 1e30  # as good as infinite: what masks are made of
DIRECTIONS = 8
_WIDTH = 2048  # values that have directions of their own; beyond, rows of them are weighed
_SEED = 20177

Floats = NDArray[np.float64]
Call = tuple[str, Mapping[str, Tensor] | StudentFailure]  # a probe, and what came back


def traced(calls: Sequence[Call]) -> tuple[CallTrace, ...]:
    """The sketches of some calls."""
    return tuple(_call(probe, outcome) for probe, outcome in calls[:MOST_CALLS])


def _call(probe: str, outcome: Mapping[str, Tensor] | StudentFailure) -> CallTrace:
    if isinstance(outcome, StudentFailure):
        return CallTrace(probe=probe, failure=str(outcome)[:MOST_TEXT])
    outputs = sorted(outcome.items())
    return CallTrace(probe=probe, outputs=tuple((name, sketch(one)) for name, one in outputs))


def sketch(tensor: Tensor) -> Sketch:
    """Of a plain tensor on the processor."""
    dtype, shape = str(tensor.dtype).removeprefix("torch."), tuple(tensor.shape)
    flat = tensor.detach().reshape(-1)[:MOST_VALUES]
    if dtype not in FLOATS:
        flat = torch.view_as_real(flat) if flat.is_complex() else flat.to(torch.int64)
        numbers = flat.numpy()
        kinds = len(np.unique(numbers))
        return Sketch(dtype=dtype, shape=shape, exact=_digest(numbers), kinds=kinds)
    values = flat.to(torch.float64).numpy()
    kept, pattern = _finite(values)
    return Sketch(
        dtype=dtype,
        shape=shape,
        exact=pattern,
        norm=_short(float(np.sqrt(kept @ kept))),
        along=tuple(map(_short, _along(kept))),
    )


def _finite(values: Floats) -> tuple[Floats, str]:
    """The values with zeros where they are not finite, or nearly so, and a digest of where."""
    with np.errstate(invalid="ignore"):
        fine = np.abs(values) < HUGE
    if fine.all():
        return values, ""
    kinds = np.where(fine, 0, np.where(np.isnan(values), 1, np.where(values > 0, 2, 3)))
    return np.where(fine, values, 0.0), _digest(kinds.astype(np.int8))


def _along(values: Floats) -> Floats:
    """What the values are along each direction; of many values a direction is a product of two."""
    across, down = _directions()
    if len(values) <= _WIDTH:
        narrow: Floats = across[:, : len(values)] @ values
        return narrow
    rows = np.pad(values, (0, -len(values) % _WIDTH)).reshape(-1, _WIDTH)
    wide: Floats = ((rows @ across.T) * down[:, : len(rows)].T).sum(0)
    return wide


@functools.cache
def _directions() -> tuple[Floats, Floats]:
    random = np.random.Generator(np.random.PCG64(_SEED))
    across = random.standard_normal((DIRECTIONS, _WIDTH))
    down = random.standard_normal((DIRECTIONS, MOST_VALUES // _WIDTH))
    return across, down


def _short(number: float) -> float:
    """With as many digits as a comparison needs."""
    return float(f"{number:.9g}")


def _digest(values: NDArray[Any]) -> str:
    return hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()[:16]
