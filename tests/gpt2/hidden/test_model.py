"""Exercise `model`, hidden part: cache and padding together, odd shapes, the whole model."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from autograder.grading.compare import assert_equal
from tests.gpt2.huggingface import CONFIGS
from tests.gpt2.huggingface_model import DEEP, model_case
from tests.gpt2.laws import assert_all_close, few_examples

# So that another epsilon costs its points elsewhere and not here, as in the public part.
CLOSE = 1e-3


def test_cache_and_padding_work_together(student, draw):
    pads = ((2, 0), (0, 1), (0, 0))
    case = model_case(DEEP, draw.seed("case"), batch=3, lengths=(4, 1, 3), pads=pads)
    out = student.call("model_steps", **case.arguments)
    assert_all_close(out, case.outputs, atol=CLOSE)


@few_examples
@given(batch=st.integers(1, 3), time=st.sampled_from((1, 2, 9, 16)), cut=st.integers(1, 7))
def test_any_shape_up_to_the_full_context_works_in_single_precision(
    student, draw, batch, time, cut
):
    lengths = (cut, time - cut) if cut < time else (time,)
    case = model_case(DEEP, draw.seed("case"), batch=batch, lengths=lengths, dtype=torch.float32)
    out = student.call("model_steps", **case.arguments)
    # float32 rounds at 6e-8; the stand-in adds up to 16 values of about one, layer by layer
    assert_all_close(out, case.outputs, atol=CLOSE, rtol=1e-4)
    for number, step in enumerate(case.arguments["steps"]):
        name = f"input_ids.{number}"
        assert_equal(out[name], step["input_ids"], name=f"{name} after the call")


def test_the_whole_model_agrees_with_hugging_face(student, draw):
    pads = ((3, 0), (0, 0))
    case = model_case(
        CONFIGS["wide"], draw.seed("case"), lengths=(5, 1, 2), pads=pads, stand_in=False
    )
    out = student.call("model_steps", **case.arguments)
    # float64 rounds at 1e-16; exact GELU or an epsilon of 1e-6 instead of 1e-5 is off by more
    assert_all_close(out, case.outputs, atol=1e-10)
