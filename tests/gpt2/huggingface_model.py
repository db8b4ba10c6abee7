"""What the graded tests expect of the whole model, its head and its text, by Hugging Face.

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
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from transformers import DynamicCache, GPT2Config, GPT2LMHeadModel, GPT2Model
from transformers.modeling_outputs import BaseModelOutputWithPastAndCrossAttentions

from assignments.gpt2.standins import StandInBlock, StandInTransformer
from tests.gpt2.huggingface import (
    Config,
    Tensors,
    generator,
    huggingface_config,
    random_weights,
)

# Wide enough that the token embeddings can be orthonormal: see StandInTransformer.
TEXT_CONFIG = Config(n_embd=18, n_head=3, n_layer=2, n_positions=16, vocab_size=17)

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
    dtype: torch.dtype = torch.float64,
) -> Case:
    """GPT2Model around stand-in Blocks, called once for each of `lengths`, with a cache.

    Gives the outputs of the probe `model_steps`. `places`: random position_ids are given.
    """
    model = _model(config)
    weights = random_weights(model, seed, dtype)
    steps = _steps(config, seed, batch=batch, lengths=lengths, pads=pads, places=places)
    outputs: Tensors = {}
    with torch.no_grad():
        for number, (step, answer) in enumerate(_answers(model, steps)):
            presents = _presents(answer.cache)
            hidden, presents = _without_padding(answer.last_hidden_state, presents, step)
            outputs |= {f"hidden.{number}": hidden, f"presents.{number}": presents}
    return Case({"config": config.plain(), "weights": weights, "steps": steps}, outputs)


@functools.cache
def model_gradient_case(config: Config, seed: int, *, batch: int = 2, time: int = 5) -> Case:
    """Gradients of sum(hidden * cotangent) in a GPT2Model around stand-in Blocks."""
    model = _model(config)
    weights = random_weights(model, seed, torch.float64)
    (step,) = _steps(config, seed, batch=batch, lengths=(time,))
    cotangent = torch.randn(
        batch, time, config.n_embd, generator=generator(seed + 2), dtype=torch.float64
    )
    hidden = model(**step).last_hidden_state
    (hidden * cotangent).sum().backward()
    arguments = {"config": config.plain(), "weights": weights, **step, "cotangent": cotangent}
    return Case(arguments, {"hidden": hidden.detach(), **_gradients(model)})


@functools.cache
def embedding_case(config: Config, seed: int, *, batch: int, time: int) -> Case:
    """What the first Block is given in evaluation mode, as `evaluating`."""
    model = _model(config)
    weights = random_weights(model, seed, torch.float64)
    (step,) = _steps(config, seed, batch=batch, lengths=(time,))
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

    Gives the outputs of the probe `head_steps`. With `ignored`, labels are given and about that
    share of them is -100, never all.
    """
    model = _language_model(config, stand_in)
    weights = random_weights(model, seed, dtype)
    steps = _steps(config, seed, batch=batch, lengths=lengths, pads=pads, places=places)
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
    """The loss, its gradient to every name of every parameter, and the state dict."""
    model = _language_model(config, stand_in)
    weights = random_weights(model, seed, torch.float64)
    (step,) = _steps(config, seed, batch=3, lengths=(7,))
    step["labels"] = _labels(step["input_ids"], 0.2, seed)
    loss = model(**step).loss
    loss.backward()
    arguments = {"config": config.plain(), "weights": weights, **step, "stand_in": stand_in}
    return Case(arguments, {"loss": loss.detach(), **_gradients(model)} | weights)


@functools.cache
def text_case(
    seed: int,
    *,
    batch: int = 3,
    time: int = 4,
    new: int = 8,
    eos: int | None = None,
    eos_in_prompt: bool = False,
    config: Config = TEXT_CONFIG,
    stand_in: bool = True,
) -> Case:
    """`sequences`: Hugging Face's greedy text, `new` tokens after a random prompt."""
    model = _language_model(config, stand_in)
    random_weights(model, seed, torch.float64)
    weights = _orthonormal(model, seed) if stand_in else _restless(model)
    (step,) = _steps(config, seed, batch=batch, lengths=(time,))
    if eos_in_prompt:
        step["input_ids"][:, ::3] = eos  # the first and, of four, the last
    sequences = greedy_text(model, step["input_ids"], new, eos)
    arguments = {"config": config.plain(), "weights": weights, "stand_in": stand_in, **step}
    arguments |= {"max_new_tokens": new} | ({} if eos is None else {"eos_token_id": eos})
    return Case(arguments, {"sequences": sequences})


def stand_in_logits(tokens: Tensor) -> Tensor:
    """What the stand-in of `text_case` says after each of `tokens`: (batch, time, vocab_size)."""
    model = StandInTransformer(TEXT_CONFIG)  # type: ignore[no-untyped-call]
    logits: Tensor = model.rank(tokens)[0].double()  # type: ignore[no-untyped-call]
    return logits


@functools.cache
def ended_text_case(seed: int, *, batch: int = 3, new: int = 10) -> Case:
    """As `text_case`, with an eos that each row produces, each at another step before the last."""
    for attempt in itertools.count(seed):
        text = text_case(attempt, batch=batch, new=new).outputs["sequences"][:, -new:]
        for eos in range(TEXT_CONFIG.vocab_size):
            first = [row.index(eos) for row in text.tolist() if eos in row[: new - 1]]
            if len(first) == batch == len(set(first)):
                return text_case(attempt, batch=batch, new=new, eos=eos)
    raise AssertionError("unreachable: count has no end")


@functools.cache
def lively_text_case(config: Config, seed: int, *, new: int) -> Case:
    """The whole model's greedy text, of rows that differ, four tokens or more in each."""
    for attempt in itertools.count(seed):
        case = text_case(attempt, new=new, config=config, stand_in=False)
        rows = case.outputs["sequences"][:, -new:].tolist()
        if min(len(set(row)) for row in rows) >= 4 and len(set(map(tuple, rows))) == len(rows):
            return case
    raise AssertionError("unreachable: count has no end")


def checkpoint_config(folder: Path) -> Config:
    """The fields that a submission may read, of a model that `save_pretrained` wrote."""
    saved = GPT2Config.from_pretrained(folder)
    return Config(*(getattr(saved, field.name) for field in dataclasses.fields(Config)))


def checkpoint_logits(folder: Path, input_ids: Tensor) -> Tensor:
    """Hugging Face's logits (batch, time, vocab_size) in float32; not kept, it has one caller."""
    model = GPT2LMHeadModel.from_pretrained(
        folder, attn_implementation="eager", dtype=torch.float32, local_files_only=True
    )
    with torch.no_grad():
        logits: Tensor = model.eval()(input_ids).logits
    return logits


def greedy_text(model: GPT2LMHeadModel, prompt: Tensor, new: int, eos: int | None) -> Tensor:
    """generate(do_sample=False); a row that has ended is filled with eos, as ours is."""
    model.generation_config.eos_token_id = eos
    text: Tensor = model.generate(
        prompt,
        attention_mask=torch.ones_like(prompt),
        max_new_tokens=new,
        do_sample=False,
        pad_token_id=0 if eos is None else eos,
        use_cache=True,
    )
    return text


class _Block(StandInBlock):
    """The stand-in as GPT2Model calls its Blocks."""

    def __init__(self, config: Config, layer: int) -> None:
        super().__init__(config.n_positions, config, scale=True)  # type: ignore[no-untyped-call]
        self.layer = layer

    def forward(self, x, cache=None, attention_mask=None, *_, **__):  # type: ignore[no-untyped-def]
        past = _cached(cache, self.layer)
        output, present = super().forward(x, past, attention_mask)
        if cache is not None:
            cache.update(*present[..., -x.size(1) :, :], self.layer)
        return output


class _Transformer(StandInTransformer):
    """The stand-in as GPT2LMHeadModel calls its transformer."""

    def forward(self, input_ids, cache=None, attention_mask=None, position_ids=None, **_):  # type: ignore[no-untyped-def]
        past = [_cached(cache, 0)]
        hidden, presents = super().forward(input_ids, past, attention_mask, position_ids)
        for layer, present in enumerate(presents if cache is not None else ()):
            cache.update(*present[..., -input_ids.size(1) :, :], layer)
        return BaseModelOutputWithPastAndCrossAttentions(last_hidden_state=hidden, cache=cache)


def _cached(cache: DynamicCache | None, layer: int) -> tuple[Tensor, Tensor] | None:
    if cache is None or cache.get_seq_length(layer) == 0:
        return None
    return cache.layers[layer].keys, cache.layers[layer].values


def _model(config: Config) -> GPT2Model:
    model = GPT2Model(huggingface_config(dataclasses.replace(config, n_layer=0)))
    model.h = nn.ModuleList(_Block(config, layer) for layer in range(config.n_layer))
    return model


def _language_model(config: Config, stand_in: bool) -> GPT2LMHeadModel:
    model = GPT2LMHeadModel(huggingface_config(config))
    if stand_in:
        model.transformer = _Transformer(config)  # type: ignore[no-untyped-call]
        model.lm_head.weight = model.transformer.wte.weight
    return model


def _orthonormal(model: GPT2LMHeadModel, seed: int) -> Tensors:
    """Gives wte orthonormal rows, see StandInTransformer; returns the state dict."""
    table = model.transformer.wte.weight
    square = torch.randn(table.size(1), table.size(1), generator=generator(seed), dtype=table.dtype)
    with torch.no_grad():
        table.copy_(torch.linalg.qr(square).Q[: table.size(0)])
    return {name: value.detach() for name, value in model.state_dict().items()}


# Of each parameter's size, by the end of its name.
_RESTLESS = {"wte.weight": 0.05, "wpe.weight": 0.15, "c_attn.weight": 4.0, "bias": 0.1}


def _restless(model: GPT2LMHeadModel) -> Tensors:
    """Quiet embeddings, sharp attention: a random model would write one token over and over."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            for end, factor in _RESTLESS.items():
                if name.endswith(end):
                    parameter.mul_(factor)
    return {name: value.detach() for name, value in model.state_dict().items()}


def _steps(
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
    """The ids, a share of them -100; the second of each row stays, so that a mean exists."""
    drop = torch.rand(input_ids.shape, generator=generator(seed + 3)) < ignored
    drop[:, 1:2] = False
    return input_ids.masked_fill(drop, -100)


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
