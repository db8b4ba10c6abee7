"""Whose adapters are nearly the same: a note for the instructor, never a matter of points.

What counts is the change that an adapter makes, B A, not how it is written: A and B can be mixed
with each other and scaled against each other without a change. Two trainings with the same data,
the same seed and the same versions also give the same adapter, so a likeness is a question, not an
answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor
from torch.nn.functional import one_hot

NEAR = 0.98  # of the cosine: adapters from other seeds stay far below
_A, _B = ".lora_A.weight", ".lora_B.weight"

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
    inner = _inner_products(list(fit.values()))
    lengths = inner.diagonal().clamp(min=0).sqrt()
    cosines = (inner / lengths / lengths[:, None]).nan_to_num()  # 0 / 0: it changes nothing
    found = [
        (students[i], students[j], cosines[i, j].item())
        for i, j in (cosines >= near).triu(1).nonzero().tolist()
    ]
    return sorted(found, key=lambda pair: -pair[2])


def read_matrices(data: bytes) -> dict[str, Tensor]:
    """The tensors of a safetensors file that a student handed in; none where it cannot be read."""
    try:
        matrices: dict[str, Tensor] = load(data)
    except (SafetensorError, KeyError, ValueError):  # KeyError: a dtype that torch doesn't know
        return {}
    return matrices


def _is_fit(matrices: Matrices) -> bool:
    names = {name.removesuffix(suffix) for name in matrices for suffix in (_A, _B)
             if name.endswith(suffix)}  # fmt: skip
    pairs = [(matrices.get(name + _A), matrices.get(name + _B)) for name in names]
    return bool(pairs) and len(matrices) == 2 * len(pairs) and all(_is_pair(*one) for one in pairs)


def _is_pair(a: Tensor | None, b: Tensor | None) -> bool:
    return (
        a is not None and b is not None and a.dim() == b.dim() == 2 and len(a) == b.size(1)
        and all(one.is_floating_point() and bool(one.isfinite().all()) for one in (a, b))
    )  # fmt: skip


def _layers(matrices: Matrices) -> dict[Layer, tuple[Tensor, Tensor]]:
    """A and B of each layer, in float64."""
    names = [name.removesuffix(_A) for name in matrices if name.endswith(_A)]
    pairs = {name: (matrices[name + _A].double(), matrices[name + _B].double()) for name in names}
    return {(name, a.size(1), b.size(0)): (a, b) for name, (a, b) in pairs.items()}


def _inner_products(adapters: Sequence[Matrices]) -> Tensor:
    """(n, n): the sum of ⟨B A, B' A'⟩ over the layers that two adapters share.

    ⟨B A, B' A'⟩ is the sum of all entries of BᵀB' ∘ AA'ᵀ, which are as small as the ranks. So for
    each layer the matrices of all students are multiplied at once, and no B A is written out.
    """
    total = torch.zeros(len(adapters), len(adapters), dtype=torch.float64)
    read = [_layers(one) for one in adapters]
    for layer in {layer for one in read for layer in one}:
        having = [(number, *one[layer]) for number, one in enumerate(read) if layer in one]
        down = torch.cat([a for _, a, _ in having])  # (sum of ranks, in)
        up = torch.cat([b for _, _, b in having], dim=1)  # (out, sum of ranks)
        owners = [number for number, a, _ in having for _ in range(len(a))]
        whose = one_hot(torch.tensor(owners), len(adapters)).double()  # (sum of ranks, n)
        total += whose.T @ ((down @ down.T) * (up.T @ up)) @ whose
    return total
