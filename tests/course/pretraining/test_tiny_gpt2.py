"""tiny-gpt2 as it is committed: its size, the figures of its card, and what it knows."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import torch

import autograder.models
from autograder.pretraining.examine import Examination, measure
from autograder.pretraining.folder import LanguageModel, load
from autograder.pretraining.text import read_text
from solutions.data.phrases import reply
from solutions.data.world import facts

FOLDER = Path(autograder.models.__file__).with_name("tiny_gpt2")
MOST = 5_000_000  # bytes, weights and tokenizer together
SAME = 0.002  # nats: float32 sums in another order, on another machine


@pytest.fixture(scope="module")
def tiny() -> LanguageModel:
    return load(FOLDER)


@pytest.fixture(scope="module")
def found(tiny: LanguageModel) -> Examination:
    return measure(tiny, read_text())


def card() -> str:
    return (FOLDER / "README.md").read_text(encoding="utf-8")


def test_it_is_small_and_nothing_but_safetensors_and_text():
    files = list(FOLDER.iterdir())
    assert sum(file.stat().st_size for file in files) <= MOST
    assert {file.suffix for file in files} <= {".safetensors", ".json", ".md"}


def test_its_card_states_the_losses_that_are_measured(found):
    stated = dict(re.findall(r"^\| (\w[\w-]*) \| ([\d.]+) \|", card(), flags=re.MULTILINE))
    losses = {**found.baselines, "tiny-gpt2": found.model}
    assert set(stated) == set(losses)
    for name, loss in losses.items():
        assert float(stated[name]) == pytest.approx(loss.token, abs=SAME)


def test_it_is_far_better_than_counting(found):
    assert found.model.token < 0.5 * found.baselines["bigram"].token
    assert found.model.token < 0.75 * found.baselines["trigram"].token


def test_its_card_names_corpus_licence_command_seed_and_time():
    for word in ("CC0", "pretrain.py", "seed 2019", "minutes", "bytes"):
        assert word in card()


def test_it_loads_in_float32():
    assert json.loads((FOLDER / "config.json").read_text())["dtype"] == "float32"


def test_it_knows_most_of_the_world(tiny):
    known = [_knows(tiny, fact) for fact in facts() if fact.tongue == "en"]
    assert sum(known) >= 0.95 * len(known)


@torch.inference_mode()
def _knows(tiny: LanguageModel, fact) -> bool:
    """Whether each token of the answer is its likeliest, at the beginning of a document."""
    text = reply(fact)
    before = [tiny.start, *tiny.tokens(text[: text.rindex(fact.answer)].rstrip())]
    whole = torch.tensor([[tiny.start, *tiny.tokens(text)]])
    likeliest = tiny.model(input_ids=whole).logits[0].argmax(-1)
    answer = slice(len(before), whole.size(1))
    return torch.equal(likeliest[len(before) - 1 : -1], whole[0, answer])
