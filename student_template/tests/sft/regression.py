"""Has the model forgotten how its corpus reads? Its loss on text that it has not read before."""

from __future__ import annotations

import functools
from pathlib import Path

import torch

from autograder.errors import CourseError
from tests.sft.adapter import Adapter
from tests.sft.base import base
from tests.sft.dialogues import Sample, tokens_of
from tests.sft.losses import adapted, finite, per_token

TEXT = Path(__file__).with_name("general.txt")  # documents of the corpus's held-out tenth


@functools.lru_cache(maxsize=16)
def general_loss(adapter: Adapter | None) -> float:
    """Nats a token of the text. Raises Wrong where it is not finite."""
    with adapted(adapter) as model:
        return finite(torch.cat(per_token(model, _documents())).mean().item())


@functools.cache
def _documents() -> tuple[Sample, ...]:
    """Each paragraph by itself, as in pretraining, with its end; as much as the context holds."""
    try:
        text = TEXT.read_text(encoding="utf-8")
    except OSError as error:
        raise CourseError(f"{TEXT}: {error.strerror}. Do: write it with `make data`") from error
    paragraphs = (one for one in text.split("\n\n") if one.strip())
    tokens = ([*tokens_of(one.strip()), base().end][: base().context] for one in paragraphs)
    return tuple(Sample(tuple(ids), (True,) * len(ids)) for ids in tokens)
