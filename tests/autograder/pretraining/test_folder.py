"""Folders that are no language model are refused in one line, and nothing in them is run."""

from __future__ import annotations

import json
import pickle

import pytest
import torch
from safetensors.torch import load_file, save_file

from autograder.errors import CourseError
from autograder.pretraining.folder import load


def test_the_family_is_that_of_the_class_saved(decoder, encoder, encoder_decoder):
    found = [load(folder).family for folder in (decoder, encoder, encoder_decoder)]
    assert found == ["decoder", "encoder", "encoder-decoder"]


def test_a_tied_head_is_counted_once(decoder):
    stored = load_file(decoder / "model.safetensors")
    assert load(decoder).parameters == sum(tensor.numel() for tensor in stored.values())


def _no_config(folder):
    (folder / "config.json").unlink()


def _broken_config(folder):
    (folder / "config.json").write_text("{")


def _unknown_kind(folder):
    (folder / "config.json").write_text('{"model_type": "no-such-kind", "architectures": ["X"]}')


def _no_head(folder):
    _edit(folder, architectures=["GPT2Model"])


def _no_architecture(folder):
    _edit(folder, architectures=None)


def _other_shapes(folder):
    _edit(folder, n_embd=32)


def _no_weights(folder):
    (folder / "model.safetensors").unlink()


def _pickle(folder):
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps({"a": 1}))


def _cut_short(folder):
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:5000])


def _a_layer_missing(folder):
    weights = load_file(folder / "model.safetensors")
    del weights["transformer.h.0.attn.c_attn.weight"]
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})


def _no_tokenizer(folder):
    (folder / "tokenizer.json").unlink()


def _broken_tokenizer(folder):
    (folder / "tokenizer.json").write_text("{}")


def _edit(folder, **fields):
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))


@pytest.mark.parametrize(
    ("spoil", "cause"),
    [
        (_no_config, "no config.json"), (_broken_config, "no model can be read"),
        (_unknown_kind, "no model can be read"), (_no_head, "GPT2Model is no language model"),
        (_no_architecture, "no architecture is no language model"), (_other_shapes, "no model"),
        (_no_weights, "no weights"), (_pickle, r"pytorch_model\.bin: not read"),
        (_cut_short, "no model can be read"), (_a_layer_missing, r"lack .*c_attn\.weight"),
        (_no_tokenizer, "no tokenizer"), (_broken_tokenizer, "no tokenizer"),
    ],
)  # fmt: skip
def test_a_folder_that_is_no_whole_model_is_one_line(decoder, spoil, cause):
    spoil(decoder)
    with pytest.raises(CourseError, match=cause) as caught:
        load(decoder)
    assert len(str(caught.value).splitlines()) == 1
    assert "Do: " in str(caught.value)


def test_no_folder_is_one_line(tmp_path):
    with pytest.raises(CourseError, match="no such folder"):
        load(tmp_path / "none")


def test_a_tokenizer_with_more_tokens_than_the_model_is_refused(save_decoder):
    with pytest.raises(CourseError, match="261 tokens and the model 100"):
        load(save_decoder(vocab_size=100))


def test_an_encoder_without_a_mask_token_is_refused(encoder):
    path = encoder / "tokenizer_config.json"
    fields = json.loads(path.read_text())
    del fields["mask_token"]
    path.write_text(json.dumps(fields))
    with pytest.raises(CourseError, match="no mask token"):
        load(encoder)


def test_code_in_the_folder_is_not_run(decoder, tmp_path):
    (decoder / "own.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\nclass Own: pass\n")
    _edit(decoder, auto_map={"AutoConfig": "own.Own", "AutoModelForCausalLM": "own.Own"})
    load(decoder)
    assert not (tmp_path / "ran").exists()


def test_weights_are_measured_in_float32(decoder):
    half = {
        name: tensor.half() for name, tensor in load_file(decoder / "model.safetensors").items()
    }
    save_file(half, decoder / "model.safetensors", metadata={"format": "pt"})
    _edit(decoder, dtype="float16")
    assert next(load(decoder).model.parameters()).dtype == torch.float32
