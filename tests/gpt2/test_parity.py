"""Exercise `model` at GPT-2's own size, 124 M parameters: no points, run by `make parity`."""

from autograder.grading.compare import assert_close
from autograder.sandbox.protocol import MappedTensors
from tests.gpt2.huggingface_model import checkpoint_config, checkpoint_logits


def test_logits_at_gpt2s_own_size_agree_with_hugging_face(student, draw, model):
    config = checkpoint_config(model.path.parent)
    input_ids = draw.integers("ids", config.vocab_size, 2, 24)
    expected = checkpoint_logits(model.path.parent, input_ids)
    out = student.call(
        "logits_of_checkpoint",
        config=config.plain(),
        weights=MappedTensors("weights"),
        input_ids=input_ids,
    )
    # float32: each of twelve layers sums 768 to 3072 products that round at 6e-8, in an order
    # that is the student's choice. Logits are of about one with random weights, 100 with real ones.
    largest = expected.abs().max().item()
    assert_close(out["logits"], expected, name="logits", atol=2e-5 * largest)
