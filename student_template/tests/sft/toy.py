"""A toy language for the tests of the code: a byte-level BPE of a few lines, a GPT-2 of two layers.

The end-of-text token is not the number that one might know from a real model.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from torch import Tensor
from transformers import GPT2Config
from transformers.models.gpt2.modeling_gpt2 import GPT2LMHeadModel

END = "<|endoftext|>"
RESERVED = 3  # tokens that nobody uses, before the others
LINES = (
    "User: What is the capital of France?\nAssistant: The capital of France is Paris.",
    "User: And of Italy?\nAssistant: Rome is its capital, and Italy is warm.",
    "User: What is the opposite of warm?\nAssistant: The opposite of warm is cold.",
    "User: Hello!\nAssistant: Hello! What would you like to know?",
    "User: 法国的首都是哪里？\nAssistant: 法国的首都是巴黎。",
)


@functools.cache
def tokenizer(reserved: int = RESERVED) -> Tokenizer:
    """The same each time."""
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=380 + reserved,
        show_progress=False,
        special_tokens=[*(f"<|{number}|>" for number in range(reserved)), END],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
    )
    made.train_from_iterator(LINES * 3, trainer)
    made.encode_special_tokens = True  # what stands in a text is text
    return made


@functools.cache
def sent(reserved: int = RESERVED) -> bytes:
    """The tokenizer as a probe receives it."""
    return tokenizer(reserved).to_str().encode()


def end(reserved: int = RESERVED) -> int:
    """The end-of-text token."""
    return int(tokenizer(reserved).token_to_id(END))


def ids_of(text: str, reserved: int = RESERVED) -> list[int]:
    return list(tokenizer(reserved).encode(text).ids)


def text_of(ids: Sequence[int], reserved: int = RESERVED) -> str:
    return str(tokenizer(reserved).decode(list(ids), skip_special_tokens=False))


@dataclass(frozen=True, eq=False)
class Model:
    """A GPT-2: its configuration and weights, as a probe receives them, and what it computes."""

    config: Mapping[str, Any]
    weights: Mapping[str, Tensor]

    def built(self) -> GPT2LMHeadModel:
        model = GPT2LMHeadModel(GPT2Config(**self.config))
        model.load_state_dict(dict(self.weights), strict=False, assign=True)
        model.tie_weights()
        return model.eval()


def model(seed: int, *, width: int = 32, loudness: float = 0.3, dtype: torch.dtype) -> Model:
    """Weights drawn from a normal distribution whose standard deviation is `loudness`."""
    config = {"n_embd": width, "n_layer": 2, "n_head": 2, "n_positions": 96,
              "vocab_size": tokenizer().get_vocab_size(), "bos_token_id": None,
              "eos_token_id": None}  # fmt: skip
    random = torch.Generator().manual_seed(seed)
    weights = {
        name: torch.randn(shape, generator=random, dtype=torch.float64) * loudness
        + (1.0 if ".ln_" in name and name.endswith("weight") else 0.0)
        for name, shape in _shapes(tuple(config.items())).items()
    }
    return Model(config, {name: value.to(dtype) for name, value in weights.items()})


@functools.cache
def _shapes(config: tuple[tuple[str, Any], ...]) -> Mapping[str, torch.Size]:
    """Of each weight but the head's, which is the embedding's."""
    weights = GPT2LMHeadModel(GPT2Config(**dict(config))).state_dict()
    return {name: one.shape for name, one in weights.items() if name != "lm_head.weight"}
