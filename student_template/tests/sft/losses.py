"""The loss on what the assistant says in dialogues, of the base with and without an adapter."""

from __future__ import annotations

import contextlib
import functools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy
from transformers.models.gpt2.modeling_gpt2 import GPT2LMHeadModel

from autograder.grading.compare import Wrong
from tests.sft.adapter import Adapter
from tests.sft.base import base, weights_in_place
from tests.sft.dialogues import Sample, samples
from tests.sft.quantised import quantised_weights

_InPlace = contextlib.AbstractContextManager[GPT2LMHeadModel]
TOKENS = 2048  # of a batch, padding included: more gains no speed on one core


@functools.lru_cache(maxsize=16)  # base's and reference's serve a class, a student's all tests
def dialogue_loss(adapter: Adapter | None, path: Path, *, quantised: bool = False) -> float:
    """Nats a token of the assistant's, in the dialogues of a file. Raises Wrong if not finite."""
    with adapted(adapter, quantised=quantised) as model:
        losses = torch.cat(per_token(model, samples(path)))
    return finite(losses.mean().item())


def adapted(adapter: Adapter | None, *, quantised: bool = False) -> _InPlace:
    """The base, or the quantised base, with the adapter on it; a context manager."""
    weights: Mapping[str, Tensor] = quantised_weights() if quantised else base().weights
    return weights_in_place({**weights, **(adapter.on(weights) if adapter else {})})


def losses_of(logits: Tensor, tokens: Tensor) -> Tensor:
    """(n, vocab_size), (n,) → (n,): nats of each token."""
    return cross_entropy(logits, tokens, reduction="none")


@torch.inference_mode()
def per_token(
    model: GPT2LMHeadModel,
    chosen: Sequence[Sample],
    judge: Callable[[Tensor, Tensor], Tensor] = losses_of,
) -> list[Tensor]:
    """For each sample what `judge` makes of the tokens that the assistant wrote, in their order."""
    found: list[Tensor] = [torch.empty(0)] * len(chosen)
    for numbers in batches([len(one.ids) for one in chosen]):
        ids, written = _padded([chosen[number] for number in numbers])
        hidden = model.transformer(input_ids=ids).last_hidden_state[:, :-1]
        logits = model.lm_head(hidden[written[:, 1:]])  # only where the assistant speaks
        parts = judge(logits, ids[written]).split(written.sum(1).tolist())
        for number, part in zip(numbers, parts, strict=True):
            found[number] = part
    return found


def _padded(rows: Sequence[Sample]) -> tuple[Tensor, Tensor]:
    """Ids and marks (batch, time), padded right, where no token of the sample looks."""
    longest = max(len(one.ids) for one in rows)
    ids = torch.zeros(len(rows), longest, dtype=torch.int64)
    written = torch.zeros(len(rows), longest, dtype=torch.bool)
    for row, one in enumerate(rows):
        ids[row, : len(one.ids)] = torch.tensor(one.ids)
        written[row, : len(one.ids)] = torch.tensor(one.written)
    written[:, 0] = False  # nothing comes before the first token
    return ids, written


def finite(loss: float) -> float:
    if not math.isfinite(loss):
        raise Wrong("with the adapter the loss is not finite", "加上适配器后，损失不是有限数")
    return loss


def batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Which samples go together: of about the same length, at most TOKENS with their padding."""
    batch: list[int] = []
    for number in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and lengths[number] * (len(batch) + 1) > TOKENS:
            yield batch
            batch = []
        batch.append(number)
    if batch:
        yield batch
