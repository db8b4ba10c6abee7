"""Adapters as a student might hand them in, made up: right in every way, or wrong in one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import torch
from safetensors.torch import save
from torch import Tensor

from tests.sft.adapter import PREFIX
from tests.sft.base import base
from tests.sft.configuration import CONFIG, TARGETS, WEIGHTS

SEED = 5


def config_with(**changes: Any) -> dict[str, Any]:
    """What peft 0.21 writes, less the options that are off."""
    plain = {
        "peft_type": "LORA", "task_type": "CAUSAL_LM", "peft_version": "0.21.2",
        "base_model_name_or_path": "tiny-gpt2", "auto_mapping": None, "revision": None,
        "inference_mode": True, "r": 4, "lora_alpha": 16, "lora_dropout": 0.05, "bias": "none",
        "target_modules": list(TARGETS), "fan_in_fan_out": True, "use_rslora": False,
        "use_dora": False, "modules_to_save": None, "init_lora_weights": True, "rank_pattern": {},
        "alpha_pattern": {}, "megatron_core": "megatron.core", "qalora_group_size": 16,
    }  # fmt: skip
    return plain | changes


def matrices(
    r: int = 4, targets: tuple[str, ...] = TARGETS, dtype: torch.dtype = torch.float32
) -> dict[str, Tensor]:
    """Random A and B of every target of the base, by peft's names."""
    generator = torch.Generator().manual_seed(SEED)
    found = {}
    for name, layer in base().layers.items():
        if name.rpartition(".")[2] in targets:
            width, out = layer.weight.shape
            for letter, shape in (("A", (r, width)), ("B", (out, r))):
                values = torch.randn(shape, generator=generator) * 0.02
                found[f"{PREFIX}{name}.lora_{letter}.weight"] = values.to(dtype)
    return found


def handed(
    config: Mapping[str, Any] | bytes, weights: Mapping[str, Tensor] | bytes
) -> dict[str, bytes]:
    """The two files."""
    return {
        CONFIG: config if isinstance(config, bytes) else json.dumps(config).encode(),
        WEIGHTS: weights if isinstance(weights, bytes) else save(dict(weights)),
    }
