"""LoRA written out: W + (alpha / r)·(B A)ᵀ, differentiated by torch. No code of peft's is used."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.func import functional_call
from torch.nn.functional import cross_entropy, pad
from transformers.pytorch_utils import Conv1D

from tests.sft import toy

RANK, ALPHA, DROPOUT = 8, 32, 0.05
TARGETS = {"attn.c_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj"}  # of each Block
RATE = 0.5  # of the descent: large, so that the second step is another one than the first


@functools.cache
def shapes() -> Mapping[str, tuple[int, int]]:
    """Each layer that gets an adapter, by its name in the model: its width in and out."""
    model = toy.model(0, dtype=torch.float32).built()
    return {
        name: (layer.weight.shape[0], layer.weight.shape[1])
        for name, layer in model.named_modules()
        if isinstance(layer, Conv1D) and name.split(".", 3)[3] in TARGETS
    }


@dataclass(frozen=True, eq=False)
class Case:
    """What a probe is given, and what it should give back, by name."""

    arguments: Mapping[str, Any]
    outputs: Mapping[str, Tensor]


@functools.cache
def descent(seed: int) -> Case:
    """Two steps of gradient descent from B = 0: in the first B alone has a gradient but zero."""
    base = toy.model(seed, dtype=torch.float32)
    random = torch.Generator().manual_seed(seed)
    ids = torch.randint(base.config["vocab_size"], (3, 12), generator=random)
    labels = ids.masked_fill(torch.rand(ids.shape, generator=random) < 0.4, -100)
    a = {name: torch.randn(RANK, width, generator=random) / width**0.5
         for name, (width, _) in shapes().items()}  # fmt: skip
    matrices = {f"{name} A": one.clone() for name, one in a.items()}
    matrices |= {f"{name} B": torch.zeros(out, RANK) for name, (_, out) in shapes().items()}
    outputs: dict[str, Tensor] = {}
    for step in ("first", "second"):
        loss, found = _gradients(base, matrices, ids, labels)
        outputs[f"{step} loss"] = loss
        for name, gradient in found.items():
            outputs[f"{step} {name}"] = gradient
            matrices[name] = matrices[name] - RATE * gradient
    arguments = {"config": base.config, "weights": base.weights, "a": a, "input_ids": ids,
                 "labels": labels, "rate": RATE}  # fmt: skip
    return Case(arguments, outputs)


def _gradients(
    base: toy.Model, matrices: Mapping[str, Tensor], ids: Tensor, labels: Tensor
) -> tuple[Tensor, dict[str, Tensor]]:
    model = base.built().requires_grad_(False)
    leaves = {name: one.clone().requires_grad_() for name, one in matrices.items()}
    weights = {
        f"{name}.weight": model.get_parameter(f"{name}.weight")
        + ALPHA / RANK * (leaves[f"{name} B"] @ leaves[f"{name} A"]).T
        for name in shapes()
    }
    logits = functional_call(model, weights, kwargs={"input_ids": ids}).logits
    following = pad(labels, (0, 1), value=-100).narrow(1, 1, labels.size(1))
    loss = cross_entropy(logits.flatten(0, 1), following.flatten())
    found = torch.autograd.grad(loss, list(leaves.values()))
    return loss.detach(), dict(zip(leaves, found, strict=True))
