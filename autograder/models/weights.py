"""Real-size weights: a folder as Hugging Face saves it, or a seeded random model instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from autograder.errors import CourseError

RANDOM_SEED = 2019


@dataclass(frozen=True)
class Model:
    """Real-size weights for the tests that need them."""

    name: str  # what the report calls them
    path: Path  # a safetensors file
    config: Mapping[str, Any]  # config.json's fields


def load_model(folder: Path) -> Model:
    """A folder with config.json and model.safetensors. Only safetensors are read, never pickles."""
    weights, config = folder / "model.safetensors", folder / "config.json"
    for path in (weights, config):
        if not path.is_file():
            raise CourseError(
                f"{path}: no such file. Do: save the model there with "
                "save_pretrained(folder, safe_serialization=True)"
            )
    try:
        fields = msgspec.json.decode(config.read_bytes(), type=dict)
    except msgspec.DecodeError as error:
        raise CourseError(f"{config}: {error}. Do: copy the model's files again") from error
    return Model(str(folder), weights, fields)


def random_gpt2(folder: Path) -> Model:
    """Writes a random GPT-2 of the real size (124 M parameters, 0.5 GB) to `folder`.

    Every parameter is drawn from a seeded normal distribution of scale 0.02, norms around 1, as
    OpenAI initialised GPT-2; fresh biases would be zero and hide mistakes.
    """
    import torch
    from transformers.models.gpt2 import GPT2Config, GPT2LMHeadModel

    model = GPT2LMHeadModel(GPT2Config())
    generator = torch.Generator().manual_seed(RANDOM_SEED)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator) * 0.02
            parameter.copy_(1 + noise if ".ln_" in name and name.endswith("weight") else noise)
    model.save_pretrained(folder)
    loaded = load_model(folder)
    return Model(f"seeded random GPT-2 (seed {RANDOM_SEED})", loaded.path, loaded.config)
