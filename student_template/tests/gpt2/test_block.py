"""Exercise `block` against Hugging Face's GPT2Block, public part.

Both stand around the same stand-ins for attention and MLP, so that only the Block is tested.
"""

from autograder.grading.compare import assert_close
from tests.gpt2.huggingface import CONFIGS, block_case

# float64 rounds at 1e-16 of values of size a hundred (the stand-ins are loud); a norm or a sum
# in the wrong place shows in the first digit.
EXACT = 1e-10

# Another epsilon moves them by 1e-3: it costs the points of two tests, not of all.
CLOSE = 2e-2


def test_the_block_agrees_with_hugging_face(student, draw):
    for name in ("plain", "thin"):
        case = block_case(CONFIGS[name], draw.seed(name))
        out = student.call("block_forward", **case.arguments)
        assert_close(out["output"], case.output, name=f"output ({name})", atol=EXACT)


def test_present_is_what_attention_gave(student, draw):
    case = block_case(CONFIGS["plain"], draw.seed("case"), time=4, past=3)
    out = student.call("block_forward", **case.arguments)
    assert_close(out["key"], case.key, name="present's first part", atol=CLOSE)
    assert_close(out["value"], case.value, name="present's second part", atol=CLOSE)


def test_past_and_mask_reach_attention(student, draw):
    for past, mask in ((3, None), (0, "keys"), (2, "every")):
        case = block_case(CONFIGS["plain"], draw.seed("case"), past=past, mask=mask)
        out = student.call("block_forward", **case.arguments)
        name = f"output (past {past}, mask {mask})"
        assert_close(out["output"], case.output, name=name, atol=CLOSE)


def test_attention_and_mlp_are_made_with_the_right_arguments(student, draw):
    for n_ctx, scale in ((6, True), (9, False)):
        case = block_case(CONFIGS["thin"], draw.seed("case"), n_ctx=n_ctx, scale=scale)
        out = student.call("block_forward", **case.arguments)
        name = f"output (n_ctx {n_ctx}, scale {scale})"
        assert_close(out["output"], case.output, name=name, atol=CLOSE)


def test_every_parameter_of_the_block_gets_hugging_faces_gradient(student, draw):
    case = block_case(CONFIGS["plain"], draw.seed("case"), past=2, mask="keys")
    out = student.call("block_gradients", **case.arguments, cotangent=case.cotangent)
    for name, expected in case.gradients.items():
        assert_close(out[name], expected, name=f"gradient of {name}", atol=CLOSE, rtol=1e-3)
