"""An adapter's figures as most would find them: one dialogue at a time, peft, generate."""

from __future__ import annotations

import time

import torch

from benchmarks.versus.classes import ROOT
from benchmarks.versus.measure import CORE, Spread, on_cores
from tests.course.sft.naive import Naive, entries, replies
from tests.sft.behaviour import EVERY, LIMIT
from tests.sft.dialogues import PUBLIC
from tests.sft.regression import TEXT

ADAPTER = ROOT / "solutions" / "sft" / "adapter"
HIDDEN = PUBLIC.parent / "hidden" / PUBLIC.name


def script(rounds: int) -> Spread:
    """Seconds for one adapter, the base loaded and quantised anew; one core."""
    torch.set_num_threads(1)
    times = []
    with on_cores({CORE}):
        for _ in range(rounds):
            begun = time.perf_counter()
            _figures()
            times.append(time.perf_counter() - begun)
    return Spread.of(times)


def _figures() -> None:
    """The same that task sft measures of a student's adapter."""
    model, quantised = Naive(ADAPTER), Naive(ADAPTER, quantised=True)
    model.loss(PUBLIC)
    model.loss(HIDDEN)
    quantised.loss(PUBLIC)
    model.text_loss(TEXT)
    for path in (PUBLIC, HIDDEN):
        list(replies(model, entries(path)[::EVERY], LIMIT))
