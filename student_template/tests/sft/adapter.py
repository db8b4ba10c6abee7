"""The adapter as it was handed in: read and checked, or a verdict that says what is wrong with it.

It is data from a student. Its matrices come from a safetensors file whose header is checked first;
no file of another kind is read, and no code of peft's or of the student's sees it.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import torch
from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor

from autograder.grading.compare import Wrong
from tests.sft.base import Base, base
from tests.sft.configuration import CONFIG, WEIGHTS, Config, handed_in, read_config
from tests.sft.strict import decode, malformed, shown

MAX_HEADER = 64 << 10  # bytes; for tiny-gpt2 it takes about 4 KiB
MAX_SHARE = 1 / 8  # of the base's parameters; at rank 16 all targets of tiny-gpt2 take 12 %
PREFIX = "base_model.model."
DTYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One tensor in the header of a safetensors file."""

    dtype: str
    shape: list[int]
    data_offsets: tuple[int, int]


@dataclass(frozen=True, eq=False)
class Adapter:
    """A plain LoRA: for each layer W (in, out) an A (r, in) and a B (out, r), in float32."""

    r: int
    alpha: float
    matrices: Mapping[str, tuple[Tensor, Tensor]]

    def on(self, weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """W + alpha/r · (B A)ᵀ for its layers: Conv1D keeps its weights as (in, out)."""
        scale = self.alpha / self.r
        return {
            name: torch.addmm(weights[name], a.T, b.T, alpha=scale)
            for name, (a, b) in self.matrices.items()
        }


def read_adapter(forms: Mapping[str, bytes]) -> Adapter:
    """The adapter handed in, fit to be put on the base. Raises Wrong where it is not."""
    read_config(forms)  # for its verdict comes first, also where no weights were handed in
    return _read(forms[CONFIG], handed_in(forms, WEIGHTS))


@functools.lru_cache(maxsize=2)  # one object for all tests of a student, so that losses are kept
def _read(config: bytes, weights: bytes) -> Adapter:
    forms = {CONFIG: config, WEIGHTS: weights}
    adapter = read_matrices(forms)
    check_values(adapter)
    return adapter


def read_matrices(forms: Mapping[str, bytes]) -> Adapter:
    """The adapter with names, shapes and dtypes that fit the base; its values are not looked at."""
    config, data = read_config(forms), handed_in(forms, WEIGHTS)
    shapes = expected_shapes(config, base())
    _check_share(sum(math.prod(shape) for shape in shapes.values()) / base().parameters)
    found = _header(data)
    for name in sorted(shapes.keys() | found.keys()):
        _check_entry(shown(name), shapes.get(name), found.get(name))
    try:
        tensors = load(data)
    except SafetensorError as error:  # it checks the sizes and offsets against the file
        raise malformed(WEIGHTS, str(error)) from error
    layers = sorted({name.rpartition(".lora_")[0] for name in shapes})
    return Adapter(config.r, config.lora_alpha, {
        layer.removeprefix(PREFIX): (
            tensors[f"{layer}.lora_A.weight"].float(), tensors[f"{layer}.lora_B.weight"].float()
        )
        for layer in layers
    })  # fmt: skip


def check_values(adapter: Adapter) -> None:
    """Raises Wrong for values that are not finite, alone or on the base, and for untrained ones."""
    for layer, pair in adapter.matrices.items():
        for letter, matrix in zip("AB", pair, strict=True):
            if not bool(torch.isfinite(matrix).all()):
                name = f"{layer}.lora_{letter}"
                raise Wrong(
                    f"{WEIGHTS}: {name} holds values that are not finite (nan or inf)",
                    f"{WEIGHTS}：{name} 中有 nan 或 inf",
                )
    zeros = {layer: base().weights[layer].new_zeros(()) for layer in adapter.matrices}
    updates = adapter.on(zeros)
    if not all(bool(torch.isfinite(update).all()) for update in updates.values()):
        raise Wrong(f"{WEIGHTS}: alpha/r · B A overflows", f"{WEIGHTS}：alpha/r · B A 溢出了")
    if not any(bool(update.any()) for update in updates.values()):
        raise Wrong(
            f"{WEIGHTS}: every B A is zero, as before training",
            f"{WEIGHTS}：所有的 B A 都是零，和训练之前一样",
        )


def expected_shapes(config: Config, one: Base) -> dict[str, tuple[int, int]]:
    """What peft calls the matrices of all layers that the configuration targets: their shapes."""
    shapes = {}
    for name, layer in one.layers.items():
        if name.rpartition(".")[2] in config.target_modules:
            width, out = layer.weight.shape
            shapes[f"{PREFIX}{name}.lora_A.weight"] = (config.r, width)
            shapes[f"{PREFIX}{name}.lora_B.weight"] = (out, config.r)
    return shapes


def _check_share(share: float) -> None:
    if share > MAX_SHARE:
        told = f"{share:.1%} / {MAX_SHARE:.1%}".replace("%", " %")
        raise Wrong(
            f"{CONFIG}: rank and targets train too large a share of the base's parameters: {told}",
            f"{CONFIG}：按这样的秩和目标层，训练的参数太多：{told}",
        )


def _header(data: bytes) -> dict[str, _Entry]:
    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 or length > len(data) - 8:
        raise malformed(WEIGHTS, "it ends within its header: it is cut off, or no safetensors")
    if length > MAX_HEADER:
        raise malformed(WEIGHTS, f"its header has {length} bytes, more than {MAX_HEADER}")
    entries: dict[str, Any] = decode(data[8 : 8 + length], dict[str, Any], WEIGHTS)
    entries.pop("__metadata__", None)
    try:
        return msgspec.convert(entries, dict[str, _Entry])
    except msgspec.ValidationError as error:
        raise malformed(WEIGHTS, str(error)) from error


def _check_entry(name: str, shape: tuple[int, int] | None, entry: _Entry | None) -> None:
    if entry is None:
        raise Wrong(f"{WEIGHTS}: no {name} there", f"{WEIGHTS}：缺少 {name}")
    if shape is None:
        raise Wrong(
            f"{WEIGHTS}: {name} is no matrix of a LoRA on these targets of the base",
            f"{WEIGHTS}：{name} 不是基座模型这些目标层上的 LoRA 矩阵",
        )
    if tuple(entry.shape) != shape:
        found = shown(tuple(entry.shape))
        raise Wrong(
            f"{WEIGHTS}: {name} has shape {found}, expected {shape}",
            f"{WEIGHTS}：{name} 的形状是 {found}，应为 {shape}",
        )
    if entry.dtype not in DTYPES:
        found, known = shown(entry.dtype), ", ".join(DTYPES)
        raise Wrong(
            f"{WEIGHTS}: {name} has dtype {found}, expected one of {known}",
            f"{WEIGHTS}：{name} 的 dtype 是 {found}，应为 {known} 之一",
        )
