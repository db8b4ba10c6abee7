"""What the graded tests expect of generation: Hugging Face's greedy text.

Every case is computed once a process and shared by all students: no test may change it in place.
"""

from __future__ import annotations

import functools
import itertools

import torch
from torch import Tensor
from transformers.models.gpt2.modeling_gpt2 import GPT2LMHeadModel

from assignments.gpt2.standins import StandInTransformer
from tests.gpt2.huggingface import Config, Tensors, random_weights
from tests.gpt2.huggingface_model import Case, language_model, normal, random_steps

# Wide enough that the token embeddings can be orthonormal: see StandInTransformer.
TEXT_CONFIG = Config(n_embd=18, n_head=3, n_layer=2, n_positions=16, vocab_size=17)


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
    model = language_model(config, stand_in)
    random_weights(model, seed, torch.float64)
    weights = _orthonormal(model, seed) if stand_in else _restless(model)
    (step,) = random_steps(config, seed, batch=batch, lengths=(time,))
    if eos_in_prompt:
        step["input_ids"][:, ::3] = eos  # the first and, of four, the last
    sequences = greedy_text(model, step["input_ids"], new, eos)
    arguments = {"config": config.plain(), "weights": weights, "stand_in": stand_in, **step}
    arguments |= {"max_new_tokens": new} | ({} if eos is None else {"eos_token_id": eos})
    return Case(arguments, {"sequences": sequences})


def stand_in_logits(tokens: Tensor) -> Tensor:
    """What the stand-in of `text_case` says after each of `tokens`: (batch, time, vocab_size)."""
    model = StandInTransformer(TEXT_CONFIG)
    logits: Tensor = model.rank(tokens)[0].double()
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


def _orthonormal(model: GPT2LMHeadModel, seed: int) -> Tensors:
    """Gives wte orthonormal rows, see StandInTransformer; returns the state dict."""
    table = model.transformer.wte.weight
    square = normal(seed, table.size(1), table.size(1))
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
