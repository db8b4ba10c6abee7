"""The reference's command lines, for real: training on a toy base, talking, what is refused."""

from __future__ import annotations

import json
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from transformers import PreTrainedTokenizerFast

from autograder.chat.transcript import read_transcript
from tests.sft import said, toy

SOLUTION = Path(__file__).parents[3] / "solutions/sft"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a toy base in toy/, dialogues, and the adapter of three steps."""
    folder = tmp_path_factory.mktemp("sft")
    toy.model(1, loudness=0.02, dtype=torch.float32).built().save_pretrained(folder / "toy")
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=toy.tokenizer(), eos_token=toy.END)
    tokenizer.save_pretrained(folder / "toy")
    one, other = said.dialogue("Hello!", "Hi."), said.dialogue("你好！", "你好！", "A?", "B.")
    long = said.dialogue("word " * 200, "Much.")
    entries = [
        {key: [{"from": speaker, "value": value} for speaker, value in turns]}
        for key, turns in (("items", one), ("conversations", other), ("items", long),
                           ("items", one[:1]))
    ]  # fmt: skip
    (folder / "dialogues.json").write_text(json.dumps(entries), encoding="utf-8")
    found = subprocess.run(
        [sys.executable, SOLUTION / "supervised_fine_tuning.py", "--base", "toy", "--steps", "3",
         "--data", "dialogues.json", "--output", "adapter"],
        cwd=folder, capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip
    (folder / "said.txt").write_text(found.stdout + found.stderr, encoding="utf-8")
    assert found.returncode == 0, found.stderr
    return folder


@pytest.fixture
def start(trained: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Runs a script in this process, in that folder, and gives the line with which it exits."""
    monkeypatch.chdir(trained)
    monkeypatch.syspath_prepend(SOLUTION)

    def run(script: str, *arguments: str) -> str:
        given = ["--base", "toy", *arguments]
        monkeypatch.setattr(sys, "argv", [script, *given])
        try:
            runpy.run_path(str(SOLUTION / script), run_name="__main__")
        except SystemExit as end:
            return str(end.code)
        return ""

    return run


def test_training_says_what_it_skipped_and_shows_a_bar(trained: Path) -> None:
    text = (trained / "said.txt").read_text(encoding="utf-8")
    assert "2 dialogues; skipped: 1 without a reply, 1 too long" in text
    assert f"User: Hello!\nAssistant: Hi.{toy.END}" in text
    assert "3/3" in text


def test_nothing_was_looked_for_on_a_hub(trained: Path) -> None:
    text = (trained / "said.txt").read_text(encoding="utf-8")
    assert "fetch" not in text
    assert "huggingface.co" not in text


def test_the_adapter_is_safetensors_that_name_their_base_without_a_path(trained: Path) -> None:
    assert sorted(path.name for path in (trained / "adapter").iterdir()) == [
        "adapter_config.json", "adapter_model.safetensors", "loss.png",
    ]  # fmt: skip
    config = json.loads((trained / "adapter/adapter_config.json").read_text())
    assert config["base_model_name_or_path"] == "toy"
    matrices = load_file(trained / "adapter/adapter_model.safetensors")
    assert all(one.any() for one in matrices.values())
    assert (trained / "adapter/loss.png").read_bytes().startswith(b"\x89PNG")


def test_a_conversation_is_a_transcript_that_can_be_had_again(
    trained: Path, start: Callable[..., str]
) -> None:
    asked = ("--adapter", "adapter", "--say", "Hello!", "--say", "你好！", "--max-new-tokens", "9")
    for name in ("one.json", "again.json"):
        assert not start("chat.py", *asked, "--temperature", "1", "--save", name)
    transcript = read_transcript(trained / "one.json")
    assert [turn.value for turn in transcript.turns][::2] == ["Hello!", "你好！"]
    assert transcript == read_transcript(trained / "again.json")


@pytest.mark.parametrize(
    ("script", "arguments", "line"),
    [
        ("supervised_fine_tuning.py", ("--data", "none.json"), "none.json: No such file"),
        ("supervised_fine_tuning.py", ("--data", "toy/config.json"), "not a list of dialogues"),
        ("supervised_fine_tuning.py", ("--base", "."), ".: no model is there"),
        ("chat.py", ("--adapter", "toy"), "toy: adapter_config.json is missing"),
        ("chat.py", ("--adapter", "adapter", "--say", "word " * 99), "too long for the model"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_line(
    start: Callable[..., str], script: str, arguments: tuple[str, ...], line: str
) -> None:
    said_last = start(script, *arguments)
    assert line in said_last
    assert ". Do: " in said_last
    assert "\n" not in said_last
