"""What the graded tests expect of the whole model and its head, by Hugging Face.

Where a case says `stand_in`, the parts below the one under test are replaced inside Hugging
Face's model by the functions that replace the student's. Every case is computed once a process
and shared by all students: no test may change it in place.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from transformers.cache_utils import DynamicCache
from transformers.modeling_outputs import BaseModelOutputWithPastAndCrossAttentions
from transformers.models.gpt2.modeling_gpt2 import GPT2LMHeadModel, GPT2Model

from assignments.gpt2.standins import StandInBlock, StandInTransformer
from tests.gpt2.huggingface import (
    Config,
    Tensors,
    generator,
    huggingface_config,
    random_weights,
)

# The usual epsilon and three Blocks: where a test is about something else, another epsilon is
# then off by 1e-5 at most and other mistakes by 0.01 and more.
DEEP = Config(n_embd=24, n_head=2, n_layer=3, n_positions=16, vocab_size=31)

Pads = tuple[tuple[int, int], ...]  # (left, right) of each row, within the first call
Step = dict[str, Tensor]  # the arguments of one call, less the cache


@dataclass(frozen=True)
class Case:
    """What a probe is sent, and what it would send back if the student were Hugging Face."""

    arguments: dict[str, Any]
    outputs: Tensors


@functools.cache
def model_case(
    config: Config,
    seed: int,
    *,
    batch: int = 2,
    lengths: tuple[int, ...] = (5,),
    pads: Pads = (),
    places: bool = False,
    stand_in: bool = True,
    dtype: torch.dtype = torch.float64,
) -> Case:
    """GPT2Model, called once for each of `lengths`, with a cache.

    Gives the outputs of the probe `model_steps`. `places`: random position_ids are given.
    """
    model = _model(config, stand_in)
    weights = random_weights(model, seed, dtype)
    steps = random_steps(config, seed, batch=batch, lengths=lengths, pads=pads, places=places)
    outputs: Tensors = {}
    with torch.no_grad():
        for number, (step, answer) in enumerate(_answers(model, steps)):
            presents = _presents(answer.cache)
            hidden, presents = _without_padding(answer.last_hidden_state, presents, step)
            outputs |= {f"hidden.{number}": hidden, f"presents.{number}": presents}
    arguments = {"config": config.plain(), "weights": weights, "steps": steps}
    return Case(arguments | {"stand_in": stand_in}, outputs)


@functools.cache
def model_gradient_case(config: Config, seed: int, *, batch: int = 2, time: int = 5) -> Case:
    """Gradients of sum(hidden * cotangent) in a GPT2Model around stand-in Blocks."""
    model = _model(config)
    weights = random_weights(model, seed, torch.float64)
    (step,) = random_steps(config, seed, batch=batch, lengths=(time,))
    cotangent = normal(seed + 2, batch, time, config.n_embd)
    hidden = model(**step).last_hidden_state
    (hidden * cotangent).sum().backward()
    arguments = {"config": config.plain(), "weights": weights, **step, "cotangent": cotangent}
    return Case(arguments, {"hidden": hidden.detach(), **_gradients(model)})


@functools.cache
def embedding_case(config: Config, seed: int, *, batch: int, time: int) -> Case:
    """What the first Block is given in evaluation mode, as `evaluating`."""
    model = _model(config)
    weights = random_weights(model, seed, torch.float64)
    (step,) = random_steps(config, seed, batch=batch, lengths=(time,))
    with torch.no_grad():
        model(**step)
    arguments = {"config": config.plain(), "weights": weights, **step}
    return Case(arguments, {"evaluating": model.h[0].given})


@functools.cache
def head_case(
    config: Config,
    seed: int,
    *,
    batch: int = 2,
    lengths: tuple[int, ...] = (5,),
    pads: Pads = (),
    places: bool = False,
    ignored: float | None = None,
    stand_in: bool = True,
    dtype: torch.dtype = torch.float64,
) -> Case:
    """GPT2LMHeadModel, called once for each of `lengths`, with a cache.

    Gives the outputs of the probe `head_steps`. With `ignored`, labels are given, and about
    that share of them is -100.
    """
    model = language_model(config, stand_in)
    weights = random_weights(model, seed, dtype)
    steps = random_steps(config, seed, batch=batch, lengths=lengths, pads=pads, places=places)
    if ignored is not None:
        steps = [step | {"labels": _labels(step["input_ids"], ignored, seed)} for step in steps]
    outputs: Tensors = {}
    with torch.no_grad():
        for number, (step, answer) in enumerate(_answers(model, steps)):
            presents = _presents(answer.cache)
            logits, presents = _without_padding(answer.logits, presents, step)
            outputs |= {f"logits.{number}": logits, f"presents.{number}": presents}
            if answer.loss is not None:
                outputs[f"loss.{number}"] = answer.loss
    arguments = {"config": config.plain(), "weights": weights, "steps": steps}
    return Case(arguments | {"stand_in": stand_in}, outputs)


@functools.cache
def head_gradient_case(config: Config, seed: int, *, stand_in: bool = True) -> Case:
    """Logits, state dict and gradients to every name of every parameter.

    Gradients of the loss in the whole model, with the stand-in of sum(logits * cotangent).
    """
    model = language_model(config, stand_in)
    weights = random_weights(model, seed, torch.float64)
    (step,) = random_steps(config, seed, batch=3, lengths=(7,))
    if stand_in:
        step["cotangent"] = normal(seed + 2, 3, 7, config.vocab_size)
        logits = model(step["input_ids"]).logits
        (logits * step["cotangent"]).sum().backward()
        plain = {"logits": logits.detach()}
    else:
        step["labels"] = step["input_ids"]
        answer = model(**step)
        answer.loss.backward()
        plain = {"loss": answer.loss.detach(), "logits": answer.logits.detach()}
    arguments = {"config": config.plain(), "weights": weights, **step, "stand_in": stand_in}
    return Case(arguments, {**plain, **_gradients(model), **weights})


class _Block(StandInBlock):
    """The stand-in as GPT2Model calls its Blocks."""

    def __init__(self, config: Config, layer: int) -> None:
        super().__init__(config.n_positions, config, scale=True)
        self.layer = layer

    def forward(self, x, cache=None, attention_mask=None, *_, **__):
        past = _cached(cache, self.layer)
        output, present = super().forward(x, past, attention_mask)
        if cache is not None:
            cache.update(*present[..., -x.size(1) :, :], self.layer)
        return output


class _Transformer(StandInTransformer):
    """The stand-in as GPT2LMHeadModel calls its transformer."""

    def forward(self, input_ids, cache=None, attention_mask=None, position_ids=None, **_):
        past = [_cached(cache, 0)]
        hidden, presents = super().forward(input_ids, past, attention_mask, position_ids)
        for layer, present in enumerate(presents if cache is not None else ()):
            cache.update(*present[..., -input_ids.size(1) :, :], layer)
        return BaseModelOutputWithPastAndCrossAttentions(last_hidden_state=hidden, cache=cache)


def _cached(cache: DynamicCache | None, layer: int) -> tuple[Tensor, Tensor] | None:
    if cache is None or cache.get_seq_length(layer) == 0:
        return None
    return cache.layers[layer].keys, cache.layers[layer].values


def _model(config: Config, stand_in: bool = True) -> GPT2Model:
    if not stand_in:
        return GPT2Model(huggingface_config(config))
    model = GPT2Model(huggingface_config(dataclasses.replace(config, n_layer=0)))
    model.h = nn.ModuleList(_Block(config, layer) for layer in range(config.n_layer))
    return model


def language_model(config: Config, stand_in: bool) -> GPT2LMHeadModel:
    model = GPT2LMHeadModel(huggingface_config(config))
    model.loss_type = "ForCausalLM"  # what it falls back to anyway, with a warning
    if stand_in:
        model.transformer = _Transformer(config)
        model.lm_head.weight = model.transformer.wte.weight
    return model


def random_steps(
    config: Config,
    seed: int,
    *,
    batch: int,
    lengths: tuple[int, ...],
    pads: Pads = (),
    places: bool = False,
) -> list[Step]:
    random = generator(seed + 1)
    shape = (batch, sum(lengths))
    given = {"input_ids": torch.randint(config.vocab_size, shape, generator=random)}
    if places:
        given["position_ids"] = torch.randint(config.n_positions, shape, generator=random)
    mask = torch.ones(shape, dtype=torch.int64)
    for row, (left, right) in enumerate(pads):
        mask[row, :left] = 0
        mask[row, lengths[0] - right : lengths[0]] = 0
    steps = []
    for end, length in zip(itertools.accumulate(lengths), lengths, strict=True):
        step = {name: value[:, end - length : end] for name, value in given.items()}
        steps.append(step | ({"attention_mask": mask[:, :end]} if pads else {}))
    return steps


def _labels(input_ids: Tensor, ignored: float, seed: int) -> Tensor:
    """The ids, a share of them -100.

    The second of each row stays, so that each has a mean, and all of the second row, so that rows
    differ in how many count.
    """
    drop = torch.rand(input_ids.shape, generator=generator(seed + 3)) < ignored
    drop[:, 1:2] = False
    drop[1:2] = False
    return input_ids.masked_fill(drop, -100)


def normal(seed: int, *shape: int) -> Tensor:
    return torch.randn(shape, generator=generator(seed), dtype=torch.float64)


def _answers(model: nn.Module, steps: list[Step]) -> Iterator[tuple[Step, Any]]:
    cache = DynamicCache()
    for step in steps:
        yield step, model(**step, cache=cache, use_cache=True)


def _presents(cache: DynamicCache) -> Tensor:
    """(layer, 2, batch, head, past+time, head_dim), as the probes give them."""
    return torch.stack([torch.stack((layer.keys, layer.values)) for layer in cache.layers])


def _without_padding(hidden: Tensor, presents: Tensor, step: Step) -> tuple[Tensor, Tensor]:
    """Zeros where there is padding, as the probes have them: those values are nobody's business."""
    if "attention_mask" not in step:
        return hidden, presents
    padded = step["attention_mask"] == 0
    return (
        hidden.masked_fill(padded[:, -hidden.size(1) :, None], 0.0),
        presents.masked_fill(padded[:, None, :, None], 0.0),
    )


def _gradients(model: nn.Module) -> Tensors:
    named = model.named_parameters(remove_duplicate=False)
    return {f"grad.{name}": parameter.grad for name, parameter in named}
