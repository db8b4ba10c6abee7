"""solutions/pretraining/pretrain.py: resumed runs, what it leaves behind, and bad input."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path

import pytest
from transformers import AutoModelForCausalLM, AutoTokenizer

from solutions.data.__main__ import as_text
from solutions.data.corpus import documents
from solutions.pretraining import pretrain

SCRIPT = Path(pretrain.__file__)
STEPS, SAVED = 120, 20
TINY = (
    "--vocab 300 --context 32 --width 16 --layers 1 --heads 2 --batch 2 --dropout 0.1 "
    f"--steps {STEPS} --save-every {SAVED} --log-every 1 --sample-every 30"
).split()


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    path = tmp_path_factory.mktemp("text") / "text.txt"
    path.write_text(as_text(list(islice(documents(), 100))), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def unbroken(text, tmp_path_factory):
    """The folder of a run that nobody killed, and what it printed."""
    out = tmp_path_factory.mktemp("unbroken")
    done = subprocess.run(command(text, out), check=True, capture_output=True, text=True)
    return out, done.stdout


def command(text, out, *more):
    return [sys.executable, SCRIPT, "--data", text, "--out", out, *TINY, *more]


def losses(out, step=STEPS):
    """Training and held-out losses, as the last checkpoint has them."""
    state = json.loads((out / f"checkpoint-{step}" / "trainer_state.json").read_text())
    kept = ("step", "loss", "eval_loss")
    return [{name: one[name] for name in kept if name in one} for one in state["log_history"]]


def test_a_killed_run_goes_on_with_the_losses_of_an_unbroken_one(text, unbroken, tmp_path):
    out = tmp_path / "out"
    running = subprocess.Popen(
        command(text, out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while not (out / f"checkpoint-{2 * SAVED}" / "trainer_state.json").exists():
        assert running.poll() is None
        time.sleep(0.01)
    running.kill()
    assert running.wait() == -signal.SIGKILL
    assert not (out / "model.safetensors").exists()
    again = subprocess.run(command(text, out), check=True, capture_output=True, text=True)
    assert "step 30: " not in again.stdout  # it did not begin anew
    assert losses(out) == losses(unbroken[0])
    assert (out / "model.safetensors").read_bytes() == (
        unbroken[0] / "model.safetensors"
    ).read_bytes()


def test_the_result_is_a_folder_that_hugging_face_loads(unbroken):
    out, said = unbroken
    model = AutoModelForCausalLM.from_pretrained(out, local_files_only=True)
    tokenizer = AutoTokenizer.from_pretrained(out, local_files_only=True)
    assert model.config.vocab_size == len(tokenizer) == 300
    assert tokenizer.decode(tokenizer("The capital, 首都。").input_ids) == "The capital, 首都。"
    assert (out / "loss.png").read_bytes().startswith(b"\x89PNG")
    assert "step 120: The capital of France is" in said


def test_the_loss_falls(unbroken):
    found = [one["loss"] for one in losses(unbroken[0]) if "loss" in one]
    assert sum(found[-10:]) < 0.9 * sum(found[:10])


def test_a_checkpoint_cut_short_is_passed_over(tmp_path):
    for step, state in ((20, "{}"), (100, "{}"), (120, '{"global_'), (140, None)):
        (tmp_path / f"checkpoint-{step}").mkdir()
        if state:
            (tmp_path / f"checkpoint-{step}" / "trainer_state.json").write_text(state)
    assert pretrain.newest_checkpoint(tmp_path) == str(tmp_path / "checkpoint-100")
    assert pretrain.newest_checkpoint(tmp_path / "none") is None


def test_a_run_with_other_settings_does_not_go_on_from_these_checkpoints(text, unbroken, capsys):
    given = [str(one) for one in command(text, unbroken[0], "--lr", "1e-3")[2:]]
    assert pretrain.main(given) == 2
    assert "other settings" in capsys.readouterr().err


class Documents(list):
    """Rows in, blocks out: what `into_blocks` needs of a data set."""

    def map(self, function, **_):
        return function({"text": list(self)})["input_ids"]

    _fingerprint = "none"


def test_a_block_begins_where_a_document_does_unless_that_is_longer_than_a_block():
    words = ["aa bb cc", "dd ee", "ff", "gg hh ii jj kk ll mm nn oo pp", "qq rr ss", "tt", "uu vv"]
    tokenizer = pretrain.train_tokenizer(words * 3, 300, 8)  # a token a word
    end = tokenizer.eos_token_id
    told = [[*tokenizer(one, verbose=False).input_ids, end] for one in words]
    blocks = pretrain.into_blocks(Documents(words), tokenizer, 8)
    assert blocks == [
        [*told[0], *told[1], told[2][0]],
        [end, *told[2], *told[3][:5]],
        told[3][:8],
        [*told[3][8:], *told[4], told[5][0]],
    ]


@pytest.mark.parametrize(
    ("content", "more", "cause"),
    [
        (None, [], "No such file"), (b"", [], "empty"), (b"\xff\xfe\n\n" * 50, [], "not UTF-8"),
        (b"one document", [], "too few to hold out a tenth"),
        (b"a few words\n\n" * 20, ["--context", "512"], "shorter than one context of 512"),
        (b"a few words\n\n" * 20, ["--heads", "3"], "no multiple of --heads 3"),
        (b"a few words\n\n" * 20, ["--vocab", "100"], "the bytes alone are 256"),
    ],
)  # fmt: skip
def test_bad_input_is_one_line(tmp_path, capsys, content, more, cause):
    path = tmp_path / "text.txt"
    if content is not None:
        path.write_bytes(content)
    given = ["--data", str(path), "--out", str(tmp_path / "out"), *TINY, *more]
    assert pretrain.main(given) == 2
    said = capsys.readouterr().err.strip().splitlines()[-1]
    assert cause in said


def test_a_folder_as_data_is_one_line(tmp_path, capsys):
    given = ["--data", str(tmp_path), "--out", str(tmp_path / "out"), *TINY]
    assert pretrain.main(given) == 2
    assert "Is a directory" in capsys.readouterr().err
