"""Folders of models and adapters: what is found, and what is refused by name."""

from __future__ import annotations

import hashlib
import json

import pytest

from autograder.chat.folder import find_adapter, find_model
from autograder.errors import CourseError


def _fill(folder, *names):
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_bytes(b"{}")
    return folder


def _refusal(call, *arguments):
    with pytest.raises(CourseError) as caught:
        call(*arguments)
    message = str(caught.value)
    assert "\n" not in message
    assert " Do: " in message
    return message


def _adapter(folder, **config):
    folder.mkdir()
    (folder / "adapter_config.json").write_text(json.dumps({"peft_type": "LORA", **config}))
    (folder / "adapter_model.safetensors").write_bytes(b"weights")
    return folder


def test_a_folder_is_called_by_its_name_not_by_where_it_lies(tmp_path, monkeypatch):
    folder = _fill(tmp_path / "mine", "config.json", "model.safetensors")
    monkeypatch.chdir(folder)
    assert find_model(".").name == "mine"
    assert find_model(".").gguf is None


def test_a_gguf_file_is_found_in_its_folder_or_by_its_own_path(tmp_path):
    file = _fill(tmp_path / "mine", "small.Q4.gguf") / "small.Q4.gguf"
    for path in (file, file.parent):
        found = find_model(str(path))
        assert (found.path, found.name, found.gguf) == (file.parent, "small.Q4", "small.Q4.gguf")


def test_of_several_gguf_files_one_must_be_named(tmp_path):
    folder = _fill(tmp_path / "mine", "a.gguf", "b.gguf")
    assert f"--model {folder / 'a.gguf'}" in _refusal(find_model, str(folder))


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", "weights.pth", "x.ckpt"])
def test_a_model_that_is_only_there_as_a_pickle_is_refused_by_name(tmp_path, name):
    folder = _fill(tmp_path / "mine", "config.json", name)
    for path in (folder, folder / name):
        assert _refusal(find_model, str(path)).startswith(f"{folder / name}: ")


def test_what_is_missing_is_named(tmp_path):
    assert "no such folder" in _refusal(find_model, str(tmp_path / "none"))
    assert "no weights" in _refusal(find_model, str(_fill(tmp_path / "empty", "config.json")))
    file = _fill(tmp_path, "notes.txt") / "notes.txt"
    assert "no model's folder" in _refusal(find_model, str(file))


def test_the_default_model_is_missed_with_the_command_that_brings_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in (None, "chat-model"):
        assert "autograder fetch chat-model" in _refusal(find_model, name)


def test_an_adapters_hash_is_that_of_its_two_files_one_after_the_other(tmp_path):
    folder = _adapter(tmp_path / "adapter", r=8)
    config = (folder / "adapter_config.json").read_bytes()
    assert find_adapter(folder).sha256 == hashlib.sha256(config + b"weights").hexdigest()


def test_an_adapter_that_is_only_there_as_a_pickle_is_refused_by_name(tmp_path):
    folder = _adapter(tmp_path / "adapter")
    (folder / "adapter_model.safetensors").rename(folder / "adapter_model.bin")
    assert _refusal(find_adapter, folder).startswith(f"{folder / 'adapter_model.bin'}: ")


def test_an_adapter_of_another_kind_or_without_its_files_is_refused(tmp_path):
    assert "not LORA" in _refusal(find_adapter, _adapter(tmp_path / "prompt", peft_type="PROMPT"))
    assert "no such folder" in _refusal(find_adapter, tmp_path / "none")
    folder = _adapter(tmp_path / "torn")
    (folder / "adapter_config.json").write_text("{")
    assert "copy the adapter's files again" in _refusal(find_adapter, folder)
    (folder / "adapter_config.json").unlink()
    assert "adapter_config.json: no such file" in _refusal(find_adapter, folder)
