"""Whose adapters are nearly the same: a note for the instructor, never a matter of points.

What counts is the change that an adapter makes, B A, not how it is written: A and B can be mixed
with each other and scaled against each other without a change. Two trainings with the same data,
the same seed and the same versions also give the same adapter, so a likeness is a question, not an
answer.

The adapters of a class of thousands don't fit into memory. So each is asked the same PROBES random
questions uᵀ B A v in every layer, whose answers' inner product is, on average, that of the changes
(the entries of u and v are 1 and -1 at random, each by itself); copies agree in every answer.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping

import torch
from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor

NEAR = 0.98  # of the cosine: adapters from other seeds stay far below
PROBES = 1024  # a cosine c is then known to about 0.05 (1 - c²)
MAX_LAYERS, MAX_WIDTH = 1000, 8192  # of an adapter that is looked at: GPT-2 XL has 192 and 6400
MAX_WIDTHS = 200_000  # of all its layers, in and out: GPT-2 has 147,456; a second of work
_A, _B = ".lora_A.weight", ".lora_B.weight"
_COMPARED = (torch.float64, torch.float32, torch.float16, torch.bfloat16)

Matrices = Mapping[str, Tensor]  # by peft's names: A (r, in) and B (out, r) of each layer


def answers(matrices: Matrices) -> Tensor | None:
    """(PROBES,): an adapter's answers, summed over its layers.

    None for one that is not finite or is no LoRA.
    """
    if not _is_fit(matrices):
        return None
    total = torch.zeros(PROBES, dtype=torch.float64)
    for name in sorted(name.removesuffix(_A) for name in matrices if name.endswith(_A)):
        a, b = matrices[name + _A].double(), matrices[name + _B].double()
        v, u = (one.double() for one in _questions(name, a.size(1), b.size(0)))
        total += ((u @ b) * (v @ a.T)).sum(1)
    return total


def near_identical(
    answered: Mapping[str, Tensor], near: float = NEAR
) -> list[tuple[str, str, float]]:
    """Pairs of students whose changes have a cosine of `near` or more, the nearest first.

    An adapter that changes nothing is like none. Time and memory: students squared.
    """
    students = sorted(answered)
    if not students:
        return []
    each = torch.stack([answered[student] for student in students])
    inner = each @ each.T
    lengths = inner.diagonal().sqrt()
    cosines = (inner / lengths / lengths[:, None]).nan_to_num()  # 0 / 0: it changes nothing
    found = [
        (students[i], students[j], cosines[i, j].item())
        for i, j in (cosines >= near).triu(1).nonzero().tolist()
    ]
    return sorted(found, key=lambda pair: (-round(pair[2], 6), pair))


def read_matrices(data: bytes) -> dict[str, Tensor]:
    """The tensors of a safetensors file that a student handed in; none where it cannot be read."""
    try:
        matrices: dict[str, Tensor] = load(data)
    except (SafetensorError, KeyError, ValueError, TypeError, OverflowError, RuntimeError):
        return {}  # KeyError: a dtype that torch doesn't know; the last ones: of its extents
    return {name: one for name, one in matrices.items() if one.dtype in _COMPARED}


def _is_fit(matrices: Matrices) -> bool:
    names = {name.removesuffix(suffix) for name in matrices for suffix in (_A, _B)
             if name.endswith(suffix)}  # fmt: skip
    pairs = [(matrices.get(name + _A), matrices.get(name + _B)) for name in names]
    return (
        0 < len(pairs) <= MAX_LAYERS
        and len(matrices) == 2 * len(pairs)
        and all(_is_pair(*one) for one in pairs)
        and sum(a.size(1) + len(b) for a, b in pairs if a is not None and b is not None)
        <= MAX_WIDTHS
    )


def _is_pair(a: Tensor | None, b: Tensor | None) -> bool:
    return (
        a is not None and b is not None and a.dim() == b.dim() == 2 and len(a) == b.size(1) > 0
        and max(a.size(1), len(b)) <= MAX_WIDTH
        and all(one.is_floating_point() and bool(one.isfinite().all()) for one in (a, b))
    )  # fmt: skip


@functools.lru_cache(maxsize=32)
def _questions(layer: str, width: int, out: int) -> tuple[Tensor, Tensor]:
    """v (PROBES, in) and u (PROBES, out), of 1 and -1: the same for every adapter's such layer."""
    name = f"{layer} {width} {out}".encode()
    seed = int.from_bytes(hashlib.sha256(name).digest()[:8], "big") >> 1
    generator = torch.Generator().manual_seed(seed)
    v, u = (torch.randint(2, (PROBES, size), dtype=torch.int8, generator=generator) * 2 - 1
            for size in (width, out))  # fmt: skip
    return v, u
