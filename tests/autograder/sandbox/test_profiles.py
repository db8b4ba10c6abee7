"""The profile `transformers`: what it offers works locked down, and what it keeps stays kept."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from autograder.sandbox.keeper import Sandbox
from autograder.sandbox.limits import Limits
from autograder.sandbox.warm import Zygote

from .conftest import failure_of, submission, zygote_pid

FINE_TUNING = """
import bitsandbytes, peft, tokenizers, torch, transformers
from transformers import BitsAndBytesConfig, Trainer, TrainingArguments

def run():
    config = transformers.GPT2Config(vocab_size=64, n_embd=64, n_layer=1, n_head=2, n_positions=16)
    lora = peft.LoraConfig(target_modules=["c_attn"], fan_in_fan_out=True, task_type="CAUSAL_LM")
    base = peft.prepare_model_for_kbit_training(transformers.GPT2LMHeadModel(config))
    model = peft.get_peft_model(base, lora)
    ids = torch.arange(8)[None]
    model(ids, labels=ids).loss.backward()
    trained = [name for name, p in model.named_parameters() if p.grad is not None]
    quantised = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4")
    layer = bitsandbytes.nn.Linear4bit(64, 32, quant_type="nf4")
    layer.load_state_dict({"weight": torch.ones(32, 64), "bias": torch.zeros(32)})
    return {"trained": torch.tensor([len(trained), all("lora_" in name for name in trained)]),
            "bits": torch.tensor([quantised.load_in_4bit]),
            "nf4": layer.to("cpu")(torch.ones(1, 64))}
"""


@pytest.fixture(scope="module")
def transformers_zygote() -> Iterator[Zygote]:
    with Zygote("transformers") as zygote:
        yield zygote


def _sandbox(zygote: Zygote, code: str) -> Sandbox:
    return Sandbox(zygote, submission(code), Limits(call_s=60, import_s=60))


def test_lora_and_nf4_work_in_it(transformers_zygote):
    with _sandbox(transformers_zygote, FINE_TUNING) as sandbox:
        out = sandbox.call("run")
    assert out["trained"].tolist() == [2, 1]  # A and B of one layer, and nothing of the base
    assert out["bits"].item()
    assert torch.allclose(out["nf4"].float(), torch.full((1, 32), 64.0), rtol=1e-2)


def test_its_zygote_has_one_thread_so_that_a_fork_cannot_hang(transformers_zygote):
    transformers_zygote.ready()
    assert len(os.listdir(f"/proc/{zygote_pid(transformers_zygote)}/task")) == 1


@pytest.mark.parametrize("package", ["datasets", "pytest", "gradio"])
def test_what_it_does_not_name_is_not_there(transformers_zygote, package):
    code = f"def run():\n    import {package}"
    with _sandbox(transformers_zygote, code) as sandbox:
        assert "ModuleNotFoundError" in failure_of(sandbox).message


@pytest.mark.parametrize(
    "attempt", ["open(path).read()", "transformers.AutoConfig.from_pretrained('gpt2')"]
)
def test_no_file_of_the_course_and_no_network_is_reached(transformers_zygote, attempt, tmp_path):
    path = Path(tmp_path) / "answers.txt"
    path.write_text("secret")
    code = f"import transformers\ndef run(path):\n    {attempt}"
    with _sandbox(transformers_zygote, code) as sandbox:
        assert failure_of(sandbox, path=str(path)).kind == "error"
