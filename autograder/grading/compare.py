"""One way to compare a student's tensor with the expected one, and to say how they differ."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor

from autograder.course.assignment import Text
from autograder.diagnosis.measure import measured
from autograder.grading.error_map import error_map

FLOATS = (torch.float16, torch.bfloat16, torch.float32, torch.float64)
MAX_TEXT = 200  # characters of a wrong text that are shown


@dataclass(frozen=True)
class Difference:
    """What two tensors differ in; texts are made from it later, in the reader's language."""

    name: str
    kind: Literal["type", "dtype", "shape", "finite", "values", "text"]
    actual: str
    expected: str
    hint: str = ""
    shape: tuple[int, ...] = ()
    where: tuple[int, ...] = ()
    largest: float = 0.0  # absolute difference at `where`
    atol: float = 0.0
    rtol: float = 0.0
    share: float = 0.0  # of the values that are outside the tolerance, 0…1
    map: tuple[str, ...] = ()  # where they are: see error_map.py
    fact: Text | None = None  # what else is true of them: see measure.py


class Mismatch(AssertionError):
    """A student's value is not the expected one: the test is `failed`."""

    def __init__(self, difference: Difference) -> None:
        super().__init__(str(difference))
        self.difference = difference


class Wrong(AssertionError):
    """A verdict in the test's own words: what the student handed in is `failed`.

    Where a form was left empty, the English words begin with `gap in <file>: `.
    """

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.text = Text(en=en, zh=zh)


def assert_close(
    actual: Tensor,
    expected: Tensor,
    *,
    name: str,
    atol: float,
    rtol: float = 0.0,
    hint: str = "",
    dtype: torch.dtype | Literal["any-float"] | None = None,
) -> None:
    """Raises Mismatch unless every |actual − expected| ≤ atol + rtol·|expected|.

    Checks, in this order, that `actual` is a plain tensor, its dtype (`expected.dtype` unless
    `dtype` says otherwise), its shape and that it is finite where `expected` is, so that after
    this call a test may compute with `actual` without fear.
    """
    _check_form(actual, expected, name, hint, dtype)
    wide, target = actual.detach().to(torch.float64), expected.detach().to(torch.float64)
    if _is_within(wide, target, atol, rtol):
        return
    bad = ~torch.isfinite(wide) & torch.isfinite(target)
    if bad.any():
        raise Mismatch(
            Difference(
                name,
                "finite",
                **_values_at(_first(bad), wide, target),
                hint=hint,
                share=_share(bad),
                map=error_map(torch.where(bad, math.nan, _ratio(wide, target, atol, rtol))),
            )
        )
    same = wide == target  # infinities too, whose difference is not a number
    gap = torch.where(same, 0.0, (wide - target).abs())
    outside = ~same & ~(gap <= atol + rtol * target.abs())
    if outside.any():
        where = _largest(gap, outside)
        raise Mismatch(
            Difference(
                name,
                "values",
                **_values_at(where, wide, target),
                hint=hint,
                largest=gap[where].item(),
                atol=atol,
                rtol=rtol,
                share=_share(outside),
                map=error_map(_ratio(wide, target, atol, rtol)),
                fact=measured(actual, expected, atol, rtol),
            )
        )


def assert_equal(actual: Tensor, expected: Tensor, *, name: str, hint: str = "") -> None:
    """Raises Mismatch unless the two integer or boolean tensors are the same."""
    _check_form(actual, expected, name, hint, None)
    outside = actual != expected
    if outside.any():
        where = _first(outside)
        largest = abs(float(actual[where]) - float(expected[where]))
        raise Mismatch(
            Difference(
                name,
                "values",
                **_values_at(where, actual, expected),
                hint=hint,
                largest=largest,
                share=_share(outside),
                map=error_map(outside * 1.5),  # different or not: how far means nothing
                fact=measured(actual, expected, 0.0),
            )
        )


def assert_text(actual: Tensor, expected: str, *, name: str, hint: str = "") -> None:
    """Raises Mismatch unless the int64 tensor (length,) holds the code points of `expected`."""
    if type(actual) is not Tensor:
        raise Mismatch(Difference(name, "type", type(actual).__name__, "Tensor", hint))
    if actual.dtype != torch.int64 or actual.dim() != 1:
        form = f"{_plain(actual.dtype)} {tuple(actual.shape)}"
        raise Mismatch(Difference(name, "type", form, "text", hint))
    text = _decode(actual)
    if text != expected:
        raise Mismatch(Difference(name, "text", text[:MAX_TEXT], expected, hint))


def _decode(points: Tensor) -> str:
    """The text of some code points; what is no printable character shows as a replacement."""
    letters = (chr(point) if 0 <= point < 0x110000 else "" for point in points.tolist())
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in letters)


def _check_form(
    actual: Tensor,
    expected: Tensor,
    name: str,
    hint: str,
    dtype: torch.dtype | Literal["any-float"] | None,
) -> None:
    if type(actual) is not Tensor:
        raise Mismatch(Difference(name, "type", type(actual).__name__, "Tensor", hint))
    allowed = FLOATS if dtype == "any-float" else (dtype or expected.dtype,)
    if actual.dtype not in allowed:
        wanted = " or ".join(_plain(one) for one in allowed)
        raise Mismatch(Difference(name, "dtype", _plain(actual.dtype), wanted, hint))
    if actual.shape != expected.shape:
        shapes = str(tuple(actual.shape)), str(tuple(expected.shape))
        fact = measured(actual, expected, 0.0)
        raise Mismatch(Difference(name, "shape", *shapes, hint, fact=fact))


def _is_within(wide: Tensor, target: Tensor, atol: float, rtol: float) -> bool:
    """Whether all is plainly close, in a few operations; False says nothing yet.

    An infinite tolerance is not for it: that would let infinite values by.
    """
    if math.inf in (atol, rtol):
        return False
    bound = target.abs().mul_(rtol).add_(atol) if rtol else atol
    return bool(((wide - target).abs_() <= bound).all())


def _ratio(wide: Tensor, target: Tensor, atol: float, rtol: float) -> Tensor:
    """Each difference in units of what is allowed; no number where it is none."""
    gap = (wide - target).abs()
    ratio = gap / (atol + rtol * target.abs())
    return torch.where(wide == target, 0.0, ratio)


def _values_at(where: tuple[int, ...], actual: Tensor, expected: Tensor) -> dict[str, Any]:
    return {
        "actual": f"{actual[where].item():.6g}",
        "expected": f"{expected[where].item():.6g}",
        "shape": tuple(actual.shape),
        "where": where,
    }


def _share(outside: Tensor) -> float:
    return float(outside.double().mean())


def _plain(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def _first(mask: Tensor) -> tuple[int, ...]:
    return tuple(int(index) for index in mask.nonzero()[0])


def _largest(gap: Tensor, outside: Tensor) -> tuple[int, ...]:
    flat = torch.where(outside & ~torch.isnan(gap), gap, -1.0).argmax()
    return tuple(int(index) for index in torch.unravel_index(flat, gap.shape))
