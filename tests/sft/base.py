"""tiny-gpt2, on which every adapter is put: loaded once a process, given back bit for bit."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from safetensors.torch import load_model
from tokenizers import Tokenizer
from torch import Tensor
from transformers.models.gpt2.configuration_gpt2 import GPT2Config
from transformers.models.gpt2.modeling_gpt2 import GPT2LMHeadModel
from transformers.pytorch_utils import Conv1D

from autograder.models.store import locate

NAME = "tiny-gpt2"


@dataclass(frozen=True, eq=False)
class Base:
    """The model and its tokenizer. Nobody may change them for good."""

    model: GPT2LMHeadModel
    tokenizer: Tokenizer
    layers: Mapping[str, Conv1D]  # what a LoRA may go on, by its name in the model
    weights: Mapping[str, Tensor]  # of these layers, (in, out), as they are without any adapter
    end: int  # the end-of-text token

    @property
    def context(self) -> int:
        return int(self.model.config.n_positions)

    @property
    def parameters(self) -> int:
        return sum(one.numel() for one in self.model.parameters())


@functools.cache
def base() -> Base:
    """In float32, from the grader's own files alone."""
    folder = locate(NAME)
    config = GPT2Config.from_pretrained(folder, local_files_only=True)
    if config.activation_function == "gelu_new":
        config.activation_function = "gelu_pytorch_tanh"  # the same, in one pass: a fifth faster
    config.pad_token_id = None  # the same token as the end of a turn, which is no padding
    model = GPT2LMHeadModel(config)
    load_model(model, folder / "model.safetensors")  # unlike from_pretrained, it draws no bar
    model.eval().requires_grad_(False)
    layers = {name: one for name, one in model.named_modules() if isinstance(one, Conv1D)}
    weights = {name: layer.weight.data for name, layer in layers.items()}
    return Base(model, _tokenizer(folder), layers, weights, int(config.eos_token_id))


@contextlib.contextmanager
def weights_in_place(weights: Mapping[str, Tensor]) -> Iterator[GPT2LMHeadModel]:
    """The model with other weights in its layers; afterwards it holds those that it had before."""
    layers = base().layers
    before = {name: layers[name].weight.data for name in weights}
    try:
        for name, weight in weights.items():
            layers[name].weight.data = weight
        yield base().model
    finally:
        for name, weight in before.items():
            layers[name].weight.data = weight


def _tokenizer(folder: Path) -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.encode_special_tokens = True  # “<|endoftext|>” in a student's text is just text
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer
