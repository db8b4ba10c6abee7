"""What a model says, token by token, without generate: greedily, and what it may draw."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from transformers.models.gpt2.modeling_gpt2 import GPT2LMHeadModel

from autograder.errors import GraderFault
from tests.sft import said, toy

LONGEST = 12  # tokens of a reply
HISTORY = (*said.dialogue("What is the capital of France?", "Paris."), ("human", "And of Italy?"))


def prompt(turns: Sequence[said.Pair]) -> list[int]:
    """The history, and the beginning of the assistant's turn."""
    samples = [said.turn_sample(turn, first=number == 0) for number, turn in enumerate(turns)]
    return [*(one for part in samples for one in part.ids), *toy.ids_of("\nAssistant:")]


@dataclass(frozen=True, eq=False)
class Speaker:
    """A model that says words, and what it says greedily after `HISTORY` until its turn ends."""

    model: toy.Model
    reply: tuple[int, ...]


def arguments(model: toy.Model) -> Mapping[str, Any]:
    """What the probe needs to have it answer to `HISTORY`."""
    known = said.known_tokens([HISTORY])
    return {"config": model.config, "weights": model.weights, "tokenizer": toy.sent(),
            "turns": HISTORY, "known": known}  # fmt: skip


@functools.cache
def speaker(seed: int) -> Speaker:
    """The first of a row of random models that says 4 to 12 tokens, not all the same, would go on
    with a word behind the end, and says something else without the turns before the last."""
    for number in range(seed, seed + 2000):
        model = _wordy(number)
        built = model.built()
        reply = _greedy(built, prompt(HISTORY), LONGEST + 1)
        if not 4 <= len(reply) <= LONGEST or len(set(reply)) < 4:
            continue
        if not _greedy(built, [*prompt(HISTORY), *reply, toy.end()], 1):
            continue
        if reply != _greedy(built, prompt(HISTORY[2:]), LONGEST):
            return Speaker(model, tuple(reply))
    raise GraderFault(f"spoken.py: no speaker for the seed {seed}")


@functools.cache
def short_sighted(seed: int) -> tuple[toy.Model, tuple[int, ...]]:
    """The first of a row of random models that answers the last turn of `HISTORY` alone in a few
    tokens, and that answer."""
    for number in range(seed, seed + 2000):
        model = _wordy(number)
        reply = _greedy(model.built(), prompt(HISTORY[-1:]), LONGEST)
        if 2 <= len(reply) < LONGEST:
            return model, tuple(reply)
    raise GraderFault(f"spoken.py: no short-sighted model for the seed {seed}")


@dataclass(frozen=True, eq=False)
class Drawing:
    """A temperature and a top_p at which one of three words comes after `HISTORY`. Without the
    temperature the last of them would not."""

    model: toy.Model
    temperature: float
    top_p: float
    words: tuple[str, ...]


@functools.cache
def drawing(seed: int) -> Drawing:
    """The first of a row of random models and some temperatures that will do."""
    for number in range(seed, seed + 200):
        model = _wordy(number)
        with torch.inference_mode():
            logits = model.built()(input_ids=torch.tensor([prompt(HISTORY)])).logits[0, -1]
        for temperature in (2.0, 3.0, 4.0, 6.0):
            chances, tokens = torch.softmax(logits / temperature, -1).topk(3)
            top_p = float(chances.sum() - chances[-1] / 2)
            words = tuple(toy.text_of([one]).strip() for one in tokens.tolist())
            cold = float(torch.softmax(logits, -1)[tokens[:2]].sum())
            often = float(chances[-1] / chances.sum())
            if often > 0.3 and cold > top_p + 0.1 and len({*words, toy.END}) == 4:
                return Drawing(model, temperature, top_p, words)
    raise GraderFault(f"spoken.py: no drawing for the seed {seed}")


COOL = 0.9  # a temperature below that of the logits themselves


@functools.cache
def undecided(seed: int) -> toy.Model:
    """The first of a row of random models whose likeliest token after `HISTORY` comes at most
    twice in three times at the temperature `COOL`."""
    for number in range(seed, seed + 2000):
        model = _wordy(number)
        with torch.inference_mode():
            logits = model.built()(input_ids=torch.tensor([prompt(HISTORY)])).logits[0, -1]
        if float(torch.softmax(logits / COOL, -1).max()) < 2 / 3:
            return model
    raise GraderFault(f"spoken.py: no undecided model for the seed {seed}")


def _wordy(seed: int) -> toy.Model:
    """It says words alone, and ends. In float64: no two likely tokens are nearly equal."""
    made = toy.model(seed, loudness=0.3, dtype=torch.float64)
    wte = made.weights["transformer.wte.weight"].clone()
    wte[~_words()] = 0  # their logit is 0: some word is always likelier
    wte[toy.end()] *= 2.5  # so that not too many models have to be tried
    return toy.Model(made.config, {**made.weights, "transformer.wte.weight": wte})


@functools.cache
def _words() -> Tensor:
    """Which tokens are words or the end of text, (vocab_size,)."""
    texts = [toy.text_of([one]) for one in range(toy.tokenizer().get_vocab_size())]
    return torch.tensor([one == toy.END or (one.strip().isalpha() and len(one) > 2)
                         for one in texts])  # fmt: skip


def _greedy(built: GPT2LMHeadModel, ids: Sequence[int], limit: int) -> list[int]:
    """Up to the end of the turn, which is left out."""
    found = list(ids)
    with torch.inference_mode():
        for _ in range(limit):
            token = int(built(input_ids=torch.tensor([found])).logits[0, -1].argmax())
            if token == toy.end():
                break
            found.append(token)
    return found[len(ids) :]
