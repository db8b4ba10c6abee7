"""Exercise `lm_head`, hidden part: other shapes and precisions, the whole model's gradients."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.gpt2.huggingface import CONFIGS
from tests.gpt2.huggingface_model import head_case, head_gradient_case
from tests.gpt2.laws import assert_all_close, few_examples


@few_examples
@given(
    batch=st.integers(1, 3),
    time=st.integers(2, 16),
    ignored=st.sampled_from((0.0, 0.3, 0.9)),
)
def test_loss_and_logits_hold_for_any_shape_in_single_precision(
    student, draw, batch, time, ignored
):
    case = head_case(
        CONFIGS["wide"],
        draw.seed("case"),
        batch=batch,
        lengths=(time,),
        ignored=ignored,
        dtype=torch.float32,
    )
    out = student.call("head_steps", **case.arguments)
    # float32 rounds at 6e-8 of sums of hundreds; a mistake changes them by tenths
    assert_all_close(out, case.outputs, atol=1e-3, rtol=1e-5, loss=1e-3, only=("logits", "loss"))


def test_the_whole_model_learns_like_hugging_faces(student, draw):
    case = head_gradient_case(CONFIGS["plain"], draw.seed("case"), stand_in=False)
    out = student.call("head_gradients", **case.arguments)
    # the loss goes through float32, and so do its gradients, which are of about ten
    assert_all_close(out, case.outputs, atol=1e-4, loss=1e-4)
    extra = sorted(set(out) - set(case.outputs))
    assert not extra, f"the state dict has names that Hugging Face's has not: {extra}"
