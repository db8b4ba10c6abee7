"""What a model says to held-out prompts: does it end its turn, and is its answer right?"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from transformers import DynamicCache
from transformers.models.gpt2.modeling_gpt2 import GPT2LMHeadModel

from tests.sft.adapter import Adapter
from tests.sft.base import base
from tests.sft.dialogues import Dialogue, dialogues, prompt
from tests.sft.losses import adapted, batches

EVERY = 2  # of the dialogues one in so many is answered, for speed
LIMIT = 32  # new tokens; the longest right reply has about 20, its end of turn included
MARKS = ".。!！ "  # that may stand behind an answer


@dataclass(frozen=True)
class Reply:
    text: str
    ended: bool  # by the model itself, within the limit


@dataclass(frozen=True)
class Behaviour:
    """Shares of the prompts, 0…1."""

    ended: float
    right: float  # of those prompts that have one right answer


@functools.lru_cache(maxsize=16)
def behaviour(adapter: Adapter | None, path: Path) -> Behaviour:
    """How the model answers the last human turn in every other dialogue of a file."""
    asked = dialogues(path)[::EVERY]
    with adapted(adapter) as model:
        replies = greedy_replies(model, [prompt(one.turns[:-1]) for one in asked])
    pairs = list(zip(asked, replies, strict=True))
    right = [is_right(reply, one) for one, reply in pairs if one.answer is not None]
    return Behaviour(_share([reply.ended for reply in replies]), _share(right))


def greedy_replies(model: GPT2LMHeadModel, prompts: Sequence[Sequence[int]]) -> list[Reply]:
    """The likeliest token after another, up to the end of text or LIMIT."""
    found: dict[int, Reply] = {}
    for numbers in batches([len(one) for one in prompts]):
        tokens = _greedy(model, [prompts[number] for number in numbers])
        found |= zip(numbers, map(_reply, tokens), strict=True)
    return [found[number] for number in range(len(prompts))]


@torch.inference_mode()
def _greedy(model: GPT2LMHeadModel, prompts: Sequence[Sequence[int]]) -> list[list[int]]:
    """The tokens of the replies; they come step by step for all, and who is done drops out."""
    ids, mask = _padded(prompts)
    cache = DynamicCache(config=model.config)
    going = list(range(len(prompts)))
    spoken: list[list[int]] = [[] for _ in prompts]
    for _ in range(LIMIT):
        places = (mask.cumsum(1) - 1).clamp(min=0)[:, -ids.size(1) :]
        found = model.transformer(
            ids, cache=cache, attention_mask=mask, position_ids=places, use_cache=True
        )
        ids = model.lm_head(found.last_hidden_state[:, -1]).argmax(-1, keepdim=True)
        for row, token in zip(going, ids.flatten().tolist(), strict=True):
            spoken[row].append(token)
        stay = (ids.flatten() != base().end).nonzero().flatten()
        if not len(stay):
            break
        cache.batch_select_indices(stay)
        going = [going[row] for row in stay.tolist()]
        ids, mask = ids[stay], torch.cat((mask[stay], mask.new_ones(len(stay), 1)), dim=1)
    return spoken


def _padded(prompts: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Ids and attention mask (batch, time), padded left, so that all replies begin together."""
    longest = max(map(len, prompts))
    ids = torch.zeros(len(prompts), longest, dtype=torch.int64)
    mask = torch.zeros_like(ids)
    for row, one in enumerate(prompts):
        ids[row, longest - len(one) :] = torch.tensor(one)
        mask[row, longest - len(one) :] = 1
    return ids, mask


def _reply(tokens: list[int]) -> Reply:
    ended = tokens[-1] == base().end
    return Reply(base().tokenizer.decode(tokens[:-1] if ended else tokens), ended)


def is_right(reply: Reply, dialogue: Dialogue) -> bool:
    """A reply that ended, and is the expected one or ends with its answer as a word of its own."""
    expected, answer = (_plain(one) for one in (dialogue.turns[-1].value, dialogue.answer or ""))
    said = _plain(reply.text)
    if not reply.ended or not said.endswith(answer):
        return False
    before = said[: len(said) - len(answer)]
    return said == expected or not before[-1:].isalnum()  # 不高兴 is not 高兴


def _plain(text: str) -> str:
    return text.casefold().strip().rstrip(MARKS)


def _share(marks: Sequence[bool]) -> float:
    return sum(marks) / len(marks)
