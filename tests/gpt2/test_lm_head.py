"""Exercise `lm_head` against Hugging Face's GPT2LMHeadModel, public part.

The same stand-in takes the place of the transformer, theirs and ours.
"""

from tests.gpt2.huggingface import CONFIGS
from tests.gpt2.huggingface_model import head_case, head_gradient_case
from tests.gpt2.laws import assert_all_close

# float64 rounds at 1e-16 and the logits are below a thousand; any mistake is larger by far.
EXACT = 1e-10

# Hugging Face takes the loss in float32, of float64 logits too, and so may a submission: 6e-8 of
# values of about a hundred.
SINGLE = 1e-4


def test_logits_score_every_token_and_there_is_no_loss_without_labels(student, draw):
    for name in ("plain", "wide"):
        case = head_case(CONFIGS[name], draw.seed(name))
        out = student.call("head_steps", **case.arguments)
        assert_all_close(out, case.outputs, atol=EXACT, only="logits", note=name)
        assert "loss.0" not in set(out), "a loss came back although no labels were given"


def test_the_loss_is_that_of_predicting_the_next_token(student, draw):
    for name in ("plain", "thin"):
        case = head_case(CONFIGS[name], draw.seed(name), batch=3, ignored=0.0)
        out = student.call("head_steps", **case.arguments)
        assert_all_close(
            out, case.outputs, atol=EXACT, loss=SINGLE, only=("logits", "loss"), note=name
        )


def test_labels_of_minus_100_do_not_count(student, draw):
    case = head_case(CONFIGS["plain"], draw.seed("case"), batch=4, lengths=(7,), ignored=0.5)
    out = student.call("head_steps", **case.arguments)
    assert_all_close(out, case.outputs, atol=EXACT, loss=SINGLE, only=("logits", "loss"))


def test_the_embedding_learns_from_both_of_its_uses(student, draw):
    case = head_gradient_case(CONFIGS["plain"], draw.seed("case"))
    out = student.call("head_gradients", **case.arguments)
    assert_all_close(out, case.outputs, atol=EXACT)


def test_cache_mask_and_positions_reach_the_transformer(student, draw):
    case = head_case(
        CONFIGS["wide"], draw.seed("case"), lengths=(4, 1, 2), pads=((2, 0), (0, 1)), places=True
    )
    out = student.call("head_steps", **case.arguments)
    assert_all_close(out, case.outputs, atol=EXACT)
