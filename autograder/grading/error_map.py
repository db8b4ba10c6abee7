"""Where two tensors differ, over their last two axes, in the letters of reports/maps.py."""

from __future__ import annotations

import torch
from torch import Tensor

from autograder.reports.maps import (
    LETTERS,
    MOST_COLUMNS,
    MOST_ROWS,
    NOT_FINITE,
    STEPS_PER_DECADE,
)

_TOP = len(LETTERS) - 1
_BAD = len(LETTERS)  # a level beyond: no finite number
_ALPHABET = LETTERS + NOT_FINITE


def error_map(ratio: Tensor) -> tuple[str, ...]:
    """The map of `ratio` (any shape): |difference| / tolerance, up to 1 where it is within.

    What is no number shows as that. Nothing for a tensor without values, or with one alone.
    """
    if ratio.numel() < 2:
        return ()
    flat = ratio.reshape(-1, *ratio.shape[-2:]) if ratio.dim() > 1 else ratio.reshape(1, 1, -1)
    small = _pool(_levels(flat).amax(0), MOST_ROWS, MOST_COLUMNS)
    return tuple("".join(_ALPHABET[level] for level in row) for row in small.tolist())


def _levels(ratio: Tensor) -> Tensor:
    steps = torch.ceil(STEPS_PER_DECADE * torch.log10(ratio.clamp(min=1.0)) - 1e-9)
    levels = steps.clamp(min=0, max=_TOP).nan_to_num(nan=_BAD)
    levels = torch.where((ratio > 1) & (levels < 1), 1, levels)
    return torch.where(ratio.isnan(), _BAD, levels).to(torch.int64)


def _pool(levels: Tensor, most_rows: int, most_columns: int) -> Tensor:
    """At most so many rows and columns, each the largest of its block."""
    for axis, most in ((0, most_rows), (1, most_columns)):
        size = levels.shape[axis]
        if size > most:
            cell = torch.arange(size) * most // size
            index = cell.unsqueeze(1 - axis).expand_as(levels)
            shape = list(levels.shape)
            shape[axis] = most
            levels = torch.zeros(shape, dtype=levels.dtype).scatter_reduce(
                axis, index, levels, "amax", include_self=False
            )
    return levels
