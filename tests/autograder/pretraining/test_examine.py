"""`autograder check pretraining FOLDER`: what it measures, says and returns."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from autograder.errors import CourseError
from autograder.models import __file__ as models
from autograder.pretraining import losses
from autograder.pretraining.examine import examine, measure
from autograder.pretraining.folder import load
from autograder.pretraining.text import read_text

TINY = Path(models).with_name("tiny_gpt2")


@pytest.fixture
def small_budget(monkeypatch):
    monkeypatch.setattr(losses, "BUDGET", dict.fromkeys(losses.BUDGET, 100))


@pytest.mark.parametrize("family", ["decoder", "encoder", "encoder_decoder"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_random_model_of_any_family_is_reported_and_fails(
    request, capsys, small_budget, text_file, family, lang
):
    folder = request.getfixturevalue(family)
    assert examine(folder, lang, text_file) == 1
    said = capsys.readouterr().out
    for word in (type(load(folder).model).__name__, "bigram", "▸"):
        assert word in said


def test_tiny_gpt2_passes_with_a_report_and_samples(capsys, monkeypatch):
    monkeypatch.setattr(losses, "BUDGET", dict.fromkeys(losses.BUDGET, 2000))
    assert examine(TINY, "en") == 0
    said = capsys.readouterr().out
    assert "It beats counting pairs" in said
    assert said.count("▸") == 3


def test_a_loss_a_byte_does_not_depend_on_how_a_text_is_cut_into_tokens(
    decoder, small_budget, text_file
):
    """All token losses of a model that knows nothing are ln V; a byte is a token here."""
    weights = load_file(decoder / "model.safetensors")
    zeros = {name: torch.zeros_like(tensor) for name, tensor in weights.items()}
    save_file(zeros, decoder / "model.safetensors", metadata={"format": "pt"})
    found = measure(load(decoder), read_text(text_file))
    uniform = torch.tensor(261.0).log().item()
    assert found.model.token == pytest.approx(uniform, abs=1e-5)  # float32
    assert found.model.byte == pytest.approx(
        found.model.token, rel=0.05
    )  # a cut 字 is 3 bytes more
    assert found.model.perplexity == pytest.approx(261, rel=1e-4)


def test_weights_with_nan_are_one_line(decoder, small_budget, text_file):
    weights = load_file(decoder / "model.safetensors")
    weights["transformer.wpe.weight"][:] = float("nan")
    save_file(weights, decoder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(CourseError, match="not a finite number"):
        examine(decoder, "en", text_file)


def test_tokens_that_the_tokenizer_lacks_are_told(decoder, small_budget, text_file, capsys):
    path = decoder / "tokenizer.json"
    fields = json.loads(path.read_text())
    lost = fields["model"]["vocab"].pop("e")
    fields["model"]["unk_token"] = "<cls>"
    fields["model"]["vocab"]["unused"] = lost
    path.write_text(json.dumps(fields))
    config = decoder / "tokenizer_config.json"
    config.write_text(json.dumps({**json.loads(config.read_text()), "unk_token": "<cls>"}))
    examine(decoder, "en", text_file)
    assert "are “unknown”" in capsys.readouterr().out
