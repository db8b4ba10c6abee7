"""Exercise `model` at GPT-2's own size, 124 M parameters: no points, run by `make parity`."""

import dataclasses

import torch
from transformers.models.gpt2.configuration_gpt2 import GPT2Config
from transformers.models.gpt2.modeling_gpt2 import GPT2LMHeadModel

from autograder.grading.compare import assert_close
from autograder.sandbox.protocol import MappedTensors
from tests.gpt2.huggingface import Config


def test_logits_at_gpt2s_own_size_agree_with_hugging_face(student, draw, model):
    folder = model.path.parent
    saved = GPT2Config.from_pretrained(folder)
    config = Config(*(getattr(saved, field.name) for field in dataclasses.fields(Config)))
    input_ids = draw.integers("ids", config.vocab_size, 2, 24)
    out = student.call(
        "logits_of_checkpoint",
        config=config.plain(),
        weights=MappedTensors("weights"),
        input_ids=input_ids,
    )
    expected = logits_of(folder, input_ids)
    # float32: each of twelve layers sums 768 to 3072 products that round at 6e-8, in an order
    # that is the student's choice. Logits are of about one with random weights, 100 with real ones.
    largest = expected.abs().max().item()
    assert_close(out["logits"], expected, name="logits", atol=2e-5 * largest)


@torch.no_grad()
def logits_of(folder, input_ids):
    """Hugging Face's own, in float32; from files alone."""
    model = GPT2LMHeadModel.from_pretrained(
        folder, attn_implementation="eager", dtype=torch.float32, local_files_only=True
    )
    return model.eval()(input_ids).logits
