"""Whose adapters are nearly the same: a note for the instructor, never a matter of points.

What counts is the change that an adapter makes, B A, not how it is written: A and B can be mixed
with each other and scaled against each other without a change. Two trainings with the same data,
the same seed and the same versions also give the same adapter, so a likeness is a question, not an
answer.

The changes of a class of thousands don't fit into memory. So each is asked the same PROBES random
questions uᵀ B A v in every layer, whose answers' inner product is, on average, that of the changes
(the entries of u and v are independent normal numbers); copies agree in every answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor

NEAR = 0.98  # of the cosine: adapters from other seeds stay far below
PROBES = 1024  # a cosine c is then known to about 0.05 (1 - c²)
MAX_LAYERS, MAX_WIDTH = 1000, 8192  # of an adapter that is looked at: GPT-2 XL has 192 and 6400
_A, _B = ".lora_A.weight", ".lora_B.weight"
_COMPARED = (torch.float64, torch.float32, torch.float16, torch.bfloat16)

Matrices = Mapping[str, Tensor]  # by peft's names: A (r, in) and B (out, r) of each layer
Layer = tuple[str, int, int]  # name, in, out


def near_identical(
    adapters: Mapping[str, Matrices], near: float = NEAR
) -> list[tuple[str, str, float]]:
    """Pairs of students whose changes have a cosine of `near` or more, the nearest first.

    An adapter that is not finite, changes nothing, or is no LoRA is left out.
    """
    fit = {student: one for student, one in sorted(adapters.items()) if _is_fit(one)}
    students = list(fit)
    answers = _answers(list(fit.values()))
    inner = answers @ answers.T
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
    )


def _is_pair(a: Tensor | None, b: Tensor | None) -> bool:
    return (
        a is not None and b is not None and a.dim() == b.dim() == 2 and len(a) == b.size(1)
        and max(a.size(1), len(b)) <= MAX_WIDTH
        and all(one.is_floating_point() and bool(one.isfinite().all()) for one in (a, b))
    )  # fmt: skip


def _layers(matrices: Matrices) -> dict[Layer, tuple[Tensor, Tensor]]:
    """A and B of each layer, in float64."""
    names = [name.removesuffix(_A) for name in matrices if name.endswith(_A)]
    pairs = {name: (matrices[name + _A].double(), matrices[name + _B].double()) for name in names}
    return {(name, a.size(1), b.size(0)): (a, b) for name, (a, b) in pairs.items()}


def _answers(adapters: Sequence[Matrices]) -> Tensor:
    """(n, PROBES): the answers of each adapter, summed over its layers."""
    answers = torch.zeros(len(adapters), PROBES, dtype=torch.float64)
    read = [_layers(one) for one in adapters]
    generator = torch.Generator().manual_seed(0)
    for layer in sorted({layer for one in read for layer in one}):
        _, width, out = layer
        v, u = (torch.randn(PROBES, size, dtype=torch.float64, generator=generator)
                for size in (width, out))  # fmt: skip
        for number, one in enumerate(read):
            if layer in one:
                a, b = one[layer]
                answers[number] += ((u @ b) * (v @ a.T)).sum(1)
    return answers
