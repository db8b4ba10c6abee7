"""What is true of a wrong tensor beside the right one, by measurement: for a student whose mistake
is none of the known ones. Pure.

A fact is told only where all values bear it out, within what the test allows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor

from autograder.course.assignment import Text

MOST_VALUES = 1 << 18  # beyond, measuring would take its time
MOST_SLICES = 64  # along an axis whose order is looked at
MOST_PAIRS = 1 << 21  # of values that are compared for it
HUGE = 1e30
FINE = 1e-7  # as a share of the largest value: a difference that means nothing
PLAIN = 0.1  # as a share of the largest value: a difference that is no rounding of any kind
SINGLE = 1e-5  # what a step in float32 leaves of a value of float64, with some room

RIGHT_IN_EVALUATION = Text(
    en="right in evaluation mode, wrong in training mode only",
    zh="评估模式下正确，只有训练模式下不对",
)

Fits = Callable[[Tensor, Tensor], bool]  # whether two tensors agree


def measured(actual: Tensor, expected: Tensor, atol: float, rtol: float = 0.0) -> Text | None:
    """The first fact that holds, if any does; of plain tensors that differ, in shape or values."""
    if not 1 < expected.numel() <= MOST_VALUES or actual.numel() != expected.numel():
        return None
    if torch.bool in {actual.dtype, expected.dtype}:
        return _turned(actual, expected)
    wide, target = actual.detach().double(), expected.detach().double()
    if not all(bool((one.abs() < HUGE).all()) for one in (wide, target)):
        return None  # no numbers, infinite, or too large to reckon with
    measures = _of_values if wide.shape == target.shape else _of_shapes
    return next(measures(wide, target, _agreement(target, atol, rtol)), None)


def _agreement(target: Tensor, atol: float, rtol: float) -> Fits:
    """Where the test allows more than rounding needs, that is not for a fact to use up."""
    largest = float(target.abs().max())
    least = FINE * largest if target.is_floating_point() else 0.0
    allowed = min(max(atol + rtol * largest, least), 1e-4 * largest)

    def fits(one: Tensor, other: Tensor) -> bool:
        return bool(((one - other).abs() <= allowed).all())

    return fits


def _of_values(wide: Tensor, target: Tensor, fits: Fits) -> Iterator[Text]:
    yield from _constant(wide)
    yield from _precision(wide, target)
    if float(target.max() - target.min()) > 0:
        yield from _factor(wide, target, fits)
        yield from _offset(wide, target, fits)
        yield from _dropped(wide, target, fits)
        yield from _exchanged(wide, target, fits)
        yield from _reordered(wide, target, fits)
        yield from _places(wide, target, fits)
        yield from _numbers(wide, target, fits)


def _of_shapes(wide: Tensor, target: Tensor, fits: Fits) -> Iterator[Text]:
    """Of tensors with as many values in another shape."""
    yield from _exchanged(wide, target, fits)
    if fits(wide.reshape(-1), target.reshape(-1)):
        yield Text(en="the values are right, in order, but the shape is not",
                   zh="数值和顺序都对，只是形状不对")  # fmt: skip
    yield from _numbers(wide, target, fits)


def _turned(actual: Tensor, expected: Tensor) -> Text | None:
    if (actual.dtype, actual.shape) != (expected.dtype, expected.shape):
        return None
    if not bool((actual != expected).all()):
        return None
    return Text(en="True and False are the other way round, everywhere",
                zh="True 与 False 处处相反")  # fmt: skip


def _constant(wide: Tensor) -> Iterator[Text]:
    if float(wide.max()) == float(wide.min()):
        value = f"{float(wide.reshape(-1)[0]) + 0.0:.4g}"  # + 0.0: of -0 it makes 0
        yield Text(en=f"all values are {value}", zh=f"所有的值都是 {value}")


def _precision(wide: Tensor, target: Tensor) -> Iterator[Text]:
    off = float((wide - target).abs().max())
    if off <= SINGLE * float(target.abs().max()):
        yield Text(
            en="right to about the precision of float32: a step on the way is less precise than "
            "its input",
            zh="误差约为 float32 的精度：中间某一步的精度比输入低",
        )


def _factor(wide: Tensor, target: Tensor, fits: Fits) -> Iterator[Text]:
    factor = float((wide * target).sum() / (target * target).sum())
    if factor == 0 or not fits(wide / factor, target):
        return
    if math.isclose(factor, -1, rel_tol=1e-6):
        if _share_off(wide, target) > 0.5:  # not where most values are 0 and right as they are
            yield Text(en="right but for the sign of all values", zh="除了所有值的符号，都对")
    else:
        shown = f"{factor:.3f}{_root(factor)}" if abs(factor) >= 0.1 else f"{factor:.4g}"
        yield Text(en=f"right up to a factor of {shown}", zh=f"只差一个倍数 {shown}")


def _share_off(wide: Tensor, target: Tensor) -> float:
    """How many of the values are off."""
    off = (wide - target).abs() > SINGLE * target.abs().max()
    return float(off.double().mean())


def _root(factor: float) -> str:
    """What a factor is, if it is the root of a whole number or one over it."""
    if not 1e-3 < abs(factor) < 1e3:
        return ""
    for square, form in ((factor**2, " = √{}"), (factor**-2, " = 1/√{}")):
        whole = round(square)
        is_square = math.isqrt(whole) ** 2 == whole
        if 1 < whole <= 1 << 16 and not is_square and math.isclose(square, whole, rel_tol=1e-6):
            return form.format(whole) if factor > 0 else ""
    return ""


def _offset(wide: Tensor, target: Tensor, fits: Fits) -> Iterator[Text]:
    offset = float((wide - target).mean())
    if fits(wide - offset, target):
        shown = f"{offset:+.4g}"
        yield Text(en=f"off by the same everywhere: {shown}", zh=f"处处差同一个数：{shown}")


def _dropped(wide: Tensor, target: Tensor, fits: Fits) -> Iterator[Text]:
    """Zeros among values that are larger in turn, as dropout leaves them."""
    kept = wide != 0
    share = float(kept.double().mean())
    if not 0.2 < share < 1 or wide.numel() < 16:
        return
    right = target[kept]
    factor = float((wide[kept] * right).sum() / (right * right).sum().clamp(min=1e-300))
    if factor > 1 and fits(wide[kept] / factor, right):
        yield Text(
            en=f"{1 - share:.0%} of the values are 0 and the others {factor:.3f} times too large, "
            "as dropout leaves them",
            zh=f"{1 - share:.0%} 的值是 0，其余的大了 {factor:.3f} 倍：像是经过了 dropout",
        )


def _exchanged(wide: Tensor, target: Tensor, fits: Fits) -> Iterator[Text]:
    for one in range(wide.dim()):
        for other in range(one + 1, wide.dim()):
            turned = wide.transpose(one, other)
            if turned.shape == target.shape and fits(turned, target):
                yield Text(en=f"right with the axes {one} and {other} exchanged (the first is 0)",
                           zh=f"把第 {one} 轴与第 {other} 轴交换就对了（从 0 数起）")  # fmt: skip


def _reordered(wide: Tensor, target: Tensor, fits: Fits) -> Iterator[Text]:
    """The right slices in another order, along one axis."""
    for axis in range(wide.dim()):
        size = wide.size(axis)
        if not 1 < size <= MOST_SLICES or size * wide.numel() > MOST_PAIRS:
            continue
        order = _order(wide.movedim(axis, 0), target.movedim(axis, 0), fits)
        if order is None:
            continue
        how, chinese = _how(order)
        yield Text(en=f"right, but along axis {axis} (the first is 0) {how}",
                   zh=f"值都对，但沿第 {axis} 轴（从 0 数起）{chinese}")  # fmt: skip


def _order(wide: Tensor, target: Tensor, fits: Fits) -> list[int] | None:
    """For each right slice, where it stands; None unless each stands somewhere else or there."""
    rows, wanted = wide.reshape(len(wide), -1), target.reshape(len(target), -1)
    gaps = (wanted[:, None] - rows[None]).abs().amax(-1)
    order = [int(place) for place in gaps.argmin(1)]
    if sorted(order) != list(range(len(order))) or order == sorted(order):
        return None
    return order if fits(rows[order], wanted) else None


def _how(order: Sequence[int]) -> tuple[str, str]:
    size = len(order)
    if order == list(reversed(range(size))) and size > 2:
        return "in reverse order", "顺序颠倒了"
    step = (order[0] + size) % size
    if order == [(place + step) % size for place in range(size)]:
        by = step if step <= size // 2 else step - size
        return f"shifted by {by} and round the end", f"循环移动了 {by} 位"
    shown = ", ".join(map(str, order))
    return f"in another order: {shown}", f"顺序变了：{shown}"


def _places(wide: Tensor, target: Tensor, fits: Fits) -> Iterator[Text]:
    """Right at the first or the last place of an axis alone, or everywhere but there.

    Alone only where the others are plainly off: where they are nearly right it would mislead.
    """
    plain = PLAIN * target.abs().max()
    for axis in reversed(range(wide.dim())):
        size = wide.size(axis)
        if size < 3:
            continue
        pairs = [*zip(wide.unbind(axis), target.unbind(axis), strict=True)]
        right = [fits(*pair) for pair in pairs]
        far = [bool((one - other).abs().max() > plain) for one, other in pairs]
        for place, name, chinese in ((0, "first", "第一"), (size - 1, "last", "最后一")):
            others = right[:place] + right[place + 1 :]
            if right[place] and all(far[:place] + far[place + 1 :]):
                yield Text(en=f"right at the {name} place of axis {axis} only (of {size})",
                           zh=f"沿第 {axis} 轴（长 {size}）只有{chinese}个位置是对的")  # fmt: skip
            if not right[place] and all(others):
                yield Text(en=f"right everywhere but at the {name} place of axis {axis}",
                           zh=f"沿第 {axis} 轴只有{chinese}个位置不对")  # fmt: skip


def _numbers(wide: Tensor, target: Tensor, fits: Fits) -> Iterator[Text]:
    if fits(wide.reshape(-1).sort().values, target.reshape(-1).sort().values):
        yield Text(en="these are the right values, at other places", zh="数值都对，只是位置不对")
