"""Exercise `attention`, hidden part: other shapes, precisions and habits."""

import dataclasses

import torch
from hypothesis import given
from hypothesis import strategies as st

from autograder.grading.compare import assert_close
from tests.gpt2.huggingface import CONFIGS, attention_case
from tests.gpt2.laws import assert_drops, few_examples

CLOSE = 1e-4  # a soft-max in float32 is off by 1e-6; any mistake shows from the third digit on


def test_masks_reach_over_past_and_new_tokens(student, draw):
    for mask in ("keys", "bias", "every"):
        case = attention_case(CONFIGS["plain"], draw.seed(mask), time=4, past=5, mask=mask)
        out = student.call("attention_forward", **case.arguments)
        assert_close(out["output"], case.output, name=f"output (mask: {mask})", atol=CLOSE)


@few_examples
@given(
    name=st.sampled_from(["plain", "thin", "wide"]),
    batch=st.integers(1, 3),
    past=st.integers(0, 9),
    full=st.booleans(),
)
def test_any_split_between_past_and_new_tokens_works(student, draw, *, name, batch, past, full):
    config = CONFIGS[name]
    total = config.n_positions if full else past + 1
    case = attention_case(
        config, draw.seed("case"), batch=batch, time=total - past, past=past, scale=True
    )
    out = student.call("attention_forward", **case.arguments)
    assert_close(out["output"], case.output, name="output", atol=CLOSE)
    assert_close(out["key"], case.key, name="present's key", atol=CLOSE)


def test_evaluation_in_single_precision_drops_nothing(student, draw):
    case = attention_case(
        CONFIGS["leaky"], draw.seed("case"), past=3, scale=True, dtype=torch.float32
    )
    for attempt in ("first", "second"):
        out = student.call("attention_forward", **case.arguments)
        # float32 rounds at 6e-8; scores of size ten double in exp what they have lost
        assert_close(out["output"], case.output, name=f"{attempt} output", atol=2e-5)
        assert_close(out["value"], case.value, name="present's value", atol=2e-5)


def test_x_past_and_mask_are_left_as_they_were(student, draw):
    case = attention_case(CONFIGS["plain"], draw.seed("case"), time=3, past=2, mask="every")
    out = student.call("attention_inputs_afterwards", **case.arguments)
    assert_close(out["output"], case.output, name="output", atol=CLOSE)
    assert_close(out["input"], case.x, name="x after the call", atol=0.0)
    assert_close(out["mask"], case.arguments["mask"], name="mask after the call", atol=0.0)
    key, value = case.arguments["past"]
    assert_close(out["key"], key, name="past key after the call", atol=0.0)
    assert_close(out["value"], value, name="past value after the call", atol=0.0)


def test_training_drops_what_attention_gives_back(student, draw):
    config = dataclasses.replace(CONFIGS["leaky"], attn_pdrop=0.0)
    case = attention_case(config, draw.seed("case"), batch=4)
    calm = student.call("attention_forward", **case.arguments)
    assert_close(calm["output"], case.output, name="output in evaluation", atol=CLOSE)
    wild = student.call("attention_forward", **case.arguments, training=True)
    p = config.resid_pdrop
    choices = torch.stack((torch.zeros_like(case.output), case.output / (1 - p)))
    name = "output in training"
    assert_drops(wild["output"], choices, [p, 1 - p], units=3, name=name, atol=CLOSE)
