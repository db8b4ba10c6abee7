"""Exercise `attention` against Hugging Face's GPT2Attention, public part."""

import dataclasses

from autograder.grading.compare import assert_close
from tests.gpt2.huggingface import CONFIGS, attention_case, attention_that_drops
from tests.gpt2.laws import assert_drops

# float64 rounds at 1e-16 of values of size ten; einsum, matmul or torch's own attention sum in
# other orders and stay far below this. Any mistake shows from the third digit on.
EXACT = 1e-11

# A soft-max taken in float32 is off by 1e-6: it costs the points of the first test, not of all.
CLOSE = 1e-4


def test_attention_without_scaling_agrees_with_hugging_face(student, draw):
    for name in ("plain", "wide"):
        case = attention_case(CONFIGS[name], draw.seed(name))
        out = student.call("attention_forward", **case.arguments)
        assert_close(out["output"], case.output, name=f"output ({name})", atol=EXACT)


def test_scaling_takes_its_measure_from_one_head(student, draw):
    for name in ("plain", "wide"):
        case = attention_case(CONFIGS[name], draw.seed(name), scale=True)
        out = student.call("attention_forward", **case.arguments)
        assert_close(out["output"], case.output, name=f"output ({name})", atol=CLOSE)


def test_future_tokens_do_not_change_the_past(student, draw):
    for other_from in (None, 4):  # the same tokens first, then others after the first four
        case = attention_case(CONFIGS["plain"], draw.seed("case"), time=7, other_from=other_from)
        out = student.call("attention_forward", **case.arguments)
        assert_close(out["output"], case.output, name="output", atol=CLOSE)


def test_heads_do_not_mix_whatever_their_number(student, draw):
    for n_head in (1, 4, 8):  # the last has heads of width 1
        config = dataclasses.replace(CONFIGS["thin"], n_head=n_head)
        case = attention_case(config, draw.seed("case"), time=4)
        out = student.call("attention_forward", **case.arguments)
        assert_close(out["output"], case.output, name=f"output ({n_head} heads)", atol=CLOSE)


def test_the_additive_mask_hides_tokens_on_top_of_the_causal_mask(student, draw):
    case = attention_case(CONFIGS["plain"], draw.seed("case"), batch=3, time=6, mask="keys")
    out = student.call("attention_forward", **case.arguments)
    assert_close(out["output"], case.output, name="output", atol=CLOSE)


def test_present_holds_the_past_first_and_then_the_new_tokens(student, draw):
    case = attention_case(CONFIGS["plain"], draw.seed("case"), time=2, past=3)
    out = student.call("attention_forward", **case.arguments)
    assert_close(out["key"], case.key, name="present's key", atol=CLOSE)
    assert_close(out["value"], case.value, name="present's value", atol=CLOSE)
    assert_close(out["output"], case.output, name="output", atol=CLOSE)


def test_several_calls_with_the_cache_equal_one_without(student, draw):
    case = attention_case(CONFIGS["wide"], draw.seed("case"), time=8, scale=True, mask="keys")
    out = student.call("attention_in_steps", **case.arguments, lengths=[3, 1, 1, 3])
    assert_close(out["output"], case.output, name="outputs laid side by side", atol=CLOSE)
    assert_close(out["key"], case.key, name="the last present's key", atol=CLOSE)
    assert_close(out["value"], case.value, name="the last present's value", atol=CLOSE)


def test_every_parameter_of_attention_gets_hugging_faces_gradient(student, draw):
    case = attention_case(CONFIGS["plain"], draw.seed("case"), past=2, mask="keys")
    out = student.call("attention_gradients", **case.arguments, cotangent=case.cotangent)
    for name, expected in case.gradients.items():
        # sums over ten tokens of products of a few tens
        assert_close(out[name], expected, name=f"gradient of {name}", atol=1e-10)


def test_training_drops_attention_weights(student, draw):
    config = dataclasses.replace(CONFIGS["leaky"], resid_pdrop=0.0)
    # One token sees itself alone, with weight 1: a head takes its whole value home or nothing.
    case = attention_case(config, draw.seed("case"), batch=256, time=1)
    calm = student.call("attention_forward", **case.arguments)
    assert_close(calm["output"], case.output, name="output in evaluation", atol=CLOSE)
    wild = student.call("attention_forward", **case.arguments, training=True)
    choices, chances = attention_that_drops(case, config)
    name = "output in training"
    assert_drops(wild["output"], choices, chances, units=2, name=name, atol=CLOSE)
