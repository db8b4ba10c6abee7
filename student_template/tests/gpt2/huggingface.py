"""What the graded tests expect: Hugging Face's MLP, attention and Block with random weights.

Expected values are the same for every student, so each is computed once a process and kept.
What a cached function returns is shared: no test may change it in place.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
import math
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor, nn
from transformers.cache_utils import DynamicCache
from transformers.models.gpt2.configuration_gpt2 import GPT2Config
from transformers.models.gpt2.modeling_gpt2 import GPT2MLP, GPT2Attention, GPT2Block
from transformers.pytorch_utils import Conv1D

from assignments.gpt2.standins import StandInAttention, StandInMLP


@dataclass(frozen=True)
class Config:
    """GPT-2's field names, the only ones that a submission may read."""

    n_embd: int
    n_head: int
    n_layer: int
    n_positions: int
    vocab_size: int
    layer_norm_epsilon: float = 1e-5
    attn_pdrop: float = 0.0
    resid_pdrop: float = 0.0
    embd_pdrop: float = 0.0

    def plain(self) -> dict[str, int | float]:
        """As a probe receives it."""
        return dataclasses.asdict(self)


CONFIGS = {
    "plain": Config(n_embd=12, n_head=3, n_layer=2, n_positions=12, vocab_size=23),
    "thin": Config(n_embd=8, n_head=8, n_layer=1, n_positions=10, vocab_size=17),  # head_dim 1
    "wide": Config(24, 2, n_layer=3, n_positions=16, vocab_size=31, layer_norm_epsilon=1e-3),
    "leaky": Config(12, 2, 2, 16, 29, attn_pdrop=0.25, resid_pdrop=0.3, embd_pdrop=0.2),
}

Mask = Literal["keys", "bias", "every"] | None
Tensors = dict[str, Tensor]


@functools.cache  # transformers checks each field of a new one, which takes milliseconds
def huggingface_config(config: Config, scale: bool = True) -> GPT2Config:
    """Eager attention, because only that one takes any additive mask."""
    return GPT2Config(
        **config.plain(),
        scale_attn_weights=scale,
        attn_implementation="eager",
        bos_token_id=None,
        eos_token_id=None,
    )


def generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def random_weights(module: nn.Module, seed: int, dtype: torch.dtype) -> Tensors:
    """Gives every parameter of `module` a random value and returns the state dict.

    Fresh layers have zero biases and unit norms, which hide mistakes. Here matrices keep the
    size of their input (standard deviation 1/sqrt of the rows), norms vary around one, and
    vectors are too large to overlook.
    """
    module.to(dtype).eval()
    random = generator(seed)
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            value = torch.randn(parameter.shape, generator=random, dtype=torch.float64)
            if parameter.dim() == 2 and "wte" not in name and "wpe" not in name:
                value /= parameter.size(0) ** 0.5
            elif name.endswith("weight") and parameter.dim() == 1:
                value = 1 + value / 2
            parameter.copy_(value)
    return {name: value.detach() for name, value in module.state_dict().items()}


def gradients(module: nn.Module, output: Tensor, cotangent: Tensor, x: Tensor) -> Tensors:
    """Of sum(output * cotangent), to every parameter by name and to the input as "x"."""
    names, parameters = zip(*module.named_parameters(), strict=True)
    found = torch.autograd.grad((output * cotangent).sum(), (*parameters, x))
    return dict(zip((*names, "x"), found, strict=True))


@dataclass(frozen=True)
class Case:
    """One call of a part: what its probe is sent and what Hugging Face answers."""

    arguments: dict[str, Any]  # of the probe
    output: Tensor
    gradients: Tensors  # of sum(output * cotangent)
    cotangent: Tensor  # the output's shape
    key: Tensor | None = None  # `present`, for attention and Block
    value: Tensor | None = None

    @property
    def x(self) -> Tensor:
        return self.arguments["x"]


@functools.cache
def linear_case(n_out: int, n_in: int, shape: tuple[int, ...], seed: int) -> Case:
    """transformers' Conv1D; x is shape + (n_in,), float64."""
    layer = Conv1D(n_out, n_in)
    weights = random_weights(layer, seed, torch.float64)
    x = _normal(seed + 1, *shape, n_in)
    return _finish(layer, {"n_out": n_out, "n_in": n_in, "weights": weights, "x": x}, seed)


@functools.cache
def mlp_case(
    config: Config,
    seed: int,
    *,
    n_state: int = 0,
    batch: int = 2,
    time: int = 5,
    dtype: torch.dtype = torch.float64,
) -> Case:
    """GPT2MLP with the inner width `n_state` (0: four times n_embd), x (batch, time, n_embd)."""
    n_state = n_state or 4 * config.n_embd
    mlp = GPT2MLP(n_state, huggingface_config(config))
    weights = random_weights(mlp, seed, dtype)
    # twice the usual size, so that many hidden values lie where gelu_new and exact GELU differ
    x = 2 * _normal(seed + 1, batch, time, config.n_embd, dtype=dtype)
    arguments = {"n_state": n_state, "config": config.plain(), "weights": weights, "x": x}
    return _finish(mlp, arguments, seed)


@functools.cache
def attention_case(
    config: Config,
    seed: int,
    *,
    batch: int = 2,
    time: int = 5,
    past: int = 0,
    scale: bool = False,
    mask: Mask = None,
    other_from: int | None = None,
    dtype: torch.dtype = torch.float64,
) -> Case:
    """GPT2Attention, made causal by an explicit mask, with `past` random keys and values.

    With `other_from`, the tokens from that one on are not the ones that the seed gives.
    """
    attention = GPT2Attention(huggingface_config(config, scale), layer_idx=0)
    weights = random_weights(attention, seed, dtype)
    head_dim = config.n_embd // config.n_head
    pair = _normal(seed + 2, 2, batch, config.n_head, past, head_dim, dtype=dtype)
    added = additive_mask(mask, (batch, config.n_head, time, past + time), seed + 3, dtype)
    x = _normal(seed + 1, batch, time, config.n_embd, dtype=dtype)
    if other_from is not None:
        x[:, other_from:] *= -3
    arguments = {
        "nx": config.n_embd,
        "n_ctx": config.n_positions,
        "config": config.plain(),
        "scale": scale,
        "weights": weights,
        "x": x,
        "past": list(pair) if past else None,
        "mask": added,
    }
    cache = DynamicCache()
    cache.update(*pair, layer_idx=0)
    allowed = causal_mask(time, past + time, dtype)
    allowed = allowed if added is None else allowed + added
    case = _finish(attention, arguments, seed, cache=cache, attention_mask=allowed)
    present = cache.layers[0]
    return dataclasses.replace(case, key=present.keys.detach(), value=present.values.detach())


@functools.cache
def block_case(
    config: Config,
    seed: int,
    *,
    batch: int = 2,
    time: int = 5,
    past: int = 0,
    n_ctx: int = 0,
    scale: bool = False,
    mask: Mask = None,
    size: float = 1.0,
    dtype: torch.dtype = torch.float64,
) -> Case:
    """GPT2Block around the stand-ins for attention and MLP; `size` is the spread of x."""
    n_ctx = n_ctx or config.n_positions
    block = GPT2Block(huggingface_config(config), layer_idx=0)
    block.attn = attention = _AttentionInBlock(config.n_embd, n_ctx, config, scale)
    block.mlp = StandInMLP(4 * config.n_embd, config)
    weights = random_weights(block, seed, dtype)
    pair = list(_normal(seed + 2, 2, batch, 1, past, config.n_embd, dtype=dtype)) if past else None
    added = additive_mask(mask, (batch, config.n_head, time, past + time), seed + 3, dtype)
    arguments = {
        "n_ctx": n_ctx,
        "config": config.plain(),
        "scale": scale,
        "weights": weights,
        "x": size * _normal(seed + 1, batch, time, config.n_embd, dtype=dtype),
        "past": pair,
        "mask": added,
    }
    case = _finish(block, arguments, seed, cache=pair, attention_mask=added)
    key, value = attention.present
    return dataclasses.replace(case, key=key.detach(), value=value.detach())


def attention_that_drops(case: Case, config: Config) -> tuple[Tensor, list[float]]:
    """What a call on single tokens may give in training, (n, *output.shape), and each's chance.

    A token that sees only itself does so with weight 1, so that dropout leaves of each head all
    of its value, the larger for it, or nothing: n = 2 ** n_head outcomes.
    """
    attention = GPT2Attention(huggingface_config(config), layer_idx=0).to(torch.float64)
    attention.load_state_dict(case.arguments["weights"])
    p = config.attn_pdrop
    outcomes = list(itertools.product((0, 1), repeat=config.n_head))
    kept = torch.tensor(outcomes, dtype=torch.float64)[:, None, :, None] / (1 - p)
    values = (case.value[None, :, :, 0] * kept).flatten(-2)  # (n, batch, n_embd), time is 1
    with torch.no_grad():
        choices = attention.c_proj(values)[:, :, None]
    return choices, [math.prod(1 - p if one else p for one in outcome) for outcome in outcomes]


class _AttentionInBlock(StandInAttention):
    """The stand-in as GPT2Block calls its attention; keeps `present`, which HF's Block drops."""

    def forward(self, x, cache=None, attention_mask=None, **_):  # type: ignore[no-untyped-def]
        output, self.present = super().forward(x, cache, attention_mask)
        return output, None


def causal_mask(time: int, total: int, dtype: torch.dtype) -> Tensor:
    """Additive, (time, total): the queries are the last `time` of `total` tokens."""
    hidden = torch.ones(time, total, dtype=torch.bool).triu(total - time + 1)
    return torch.zeros(time, total, dtype=dtype).masked_fill(hidden, torch.finfo(dtype).min)


def additive_mask(
    kind: Mask, shape: tuple[int, int, int, int], seed: int, dtype: torch.dtype
) -> Tensor | None:
    """Finite, and key 0 stays visible, so that every row of the causal attention has a key.

    "keys" hides some keys of each row of the batch, (batch, 1, 1, total); "bias" only shifts
    scores, (1, 1, time, total); "every" does both for each head, `shape` itself, which is
    (batch, heads, time, total).
    """
    if kind is None:
        return None
    batch, _, time, total = shape
    shapes = {"keys": (batch, 1, 1, total), "bias": (1, 1, time, total), "every": shape}
    noise = _normal(seed, *shapes[kind], dtype=dtype)
    visible = noise > -0.3  # hides about four in ten
    visible[..., 0] = True
    shift = torch.zeros_like(noise) if kind == "keys" else noise
    return shift if kind == "bias" else shift.masked_fill(~visible, -1e9)


def _normal(seed: int, *shape: int, dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.randn(shape, generator=generator(seed), dtype=dtype)


def _finish(module: nn.Module, arguments: dict[str, Any], seed: int, **more: Any) -> Case:
    """Calls `module` on x and takes the gradients."""
    x = arguments["x"].clone().requires_grad_()
    output = module(x, **more)
    output = output[0] if isinstance(output, tuple) else output
    cotangent = _normal(seed + 4, *output.shape, dtype=output.dtype)
    found = gradients(module, output, cotangent, x)
    return Case(arguments, output.detach(), found, cotangent)
