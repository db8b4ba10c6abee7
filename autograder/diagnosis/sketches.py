"""What calls of student code gave back, as far as it takes to tell two of them apart. Light.

A sketch stands for a tensor that is not kept: its form, its length, and what it is along a handful
of random directions that are the same everywhere. Two tensors whose sketches are nearly the same
are nearly the same.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

# How far apart two tensors may be that come from the same formula, written in another order, as a
# share of their length. The coarser of the two dtypes counts.
TOLERANCES = {"float64": 1e-6, "float32": 1e-4, "float16": 1e-2, "bfloat16": 5e-2}
FLOATS = tuple(TOLERANCES)
MOST_CALLS = 32  # of a test, the first ones


class Sketch(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """Of one tensor."""

    dtype: str
    shape: tuple[int, ...]
    exact: str  # a digest: of all values that are integers; of where values are not finite
    kinds: int = 0  # how many different values there are, of integers
    norm: float = 0.0  # of the finite values of floats
    along: tuple[float, ...] = ()  # each random direction, of floats

    @property
    def is_float(self) -> bool:
        return self.dtype in FLOATS


class CallTrace(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """Of one call: what the probe gave back by name, or how it failed."""

    probe: str
    outputs: tuple[tuple[str, Sketch], ...] = ()
    failure: str = ""  # "error: ValueError: …"


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """Of one test: how it ended, what it found, and its calls in order."""

    id: str  # relative to tests/<assignment>/
    status: str
    found: tuple[str, ...] = ()  # what was wrong: "values output"
    calls: tuple[CallTrace, ...] = ()  # the first ones of very many


def same_trace(one: Trace, other: Trace, rtol: float | None = None) -> bool:
    """Whether a test came to the same, call by call; `rtol` instead of the dtypes' tolerances."""
    return (
        (one.id, one.status, one.found) == (other.id, other.status, other.found)
        and len(one.calls) == len(other.calls)
        and all(same_call(*pair, rtol) for pair in zip(one.calls, other.calls, strict=True))
    )


def same_call(one: CallTrace, other: CallTrace, rtol: float | None = None) -> bool:
    """Whether two calls gave the same."""
    if (one.probe, one.failure) != (other.probe, other.failure):
        return False
    return [name for name, _ in one.outputs] == [name for name, _ in other.outputs] and all(
        distance(a, b) <= (tolerance(a, b) if rtol is None else rtol)
        for (_, a), (_, b) in zip(one.outputs, other.outputs, strict=True)
    )


def tolerance(one: Sketch, other: Sketch) -> float:
    """How far apart the two may be and still come from one formula."""
    return max(TOLERANCES.get(one.dtype, 0.0), TOLERANCES.get(other.dtype, 0.0))


def distance(one: Sketch, other: Sketch) -> float:
    """About the length of the difference, as a share of the larger of the two; inf where they are
    not of one form."""
    if one.shape != other.shape or one.exact != other.exact:
        return math.inf
    if one.dtype != other.dtype and not (one.is_float and other.is_float):
        return math.inf
    longest = max(one.norm, other.norm)
    return _length(one.along, other.along) / longest if longest else 0.0


def _length(one: Sequence[float], other: Sequence[float]) -> float:
    return math.sqrt(sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) / (len(one) or 1))
