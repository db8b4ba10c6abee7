"""Where real weights are looked for, and what is refused."""

from __future__ import annotations

import json

import pytest

from autograder.errors import CourseError
from autograder.models.weights import load_model


def test_a_saved_model_is_found_by_its_folder(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"")
    (tmp_path / "config.json").write_text(json.dumps({"n_embd": 768}))
    model = load_model(tmp_path)
    assert model.config["n_embd"] == 768
    assert model.path == tmp_path / "model.safetensors"


def test_a_pickled_checkpoint_is_not_read(tmp_path):
    (tmp_path / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(CourseError, match=r"model.safetensors: no such file\. Do: save"):
        load_model(tmp_path)


def test_a_broken_config_is_one_line(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"")
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(CourseError, match=r"config.json: .*Do: copy the model's files again"):
        load_model(tmp_path)
