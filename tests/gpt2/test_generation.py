"""Exercise `generation` against Hugging Face's greedy text and the law of sampling, public part.

Only `generate` is at work: a stand-in takes the place of the transformer and of `forward`, whose
next token depends on every token and place so far.
"""

from autograder.grading.compare import assert_equal
from tests.gpt2.huggingface_text import ended_text_case, stand_in_logits, text_case
from tests.gpt2.laws import assert_follows, new_tokens


def test_greedy_text_is_hugging_faces(student, draw):
    for batch, time in ((3, 4), (1, 1)):
        case = text_case(draw.seed("case"), batch=batch, time=time)
        out = student.call("text", **case.arguments)
        assert_equal(out["sequences"], case.outputs["sequences"], name="sequences")


def test_exactly_max_new_tokens_follow_the_prompt(student, draw):
    for new in (1, 0, 5):
        case = text_case(draw.seed("case"), new=new or 1)
        prompt = case.arguments["input_ids"]
        out = student.call("text", **{**case.arguments, "max_new_tokens": new})
        expected = case.outputs["sequences"] if new else prompt
        assert_equal(out["sequences"], expected, name=f"sequences ({new} new tokens)")
        assert_equal(out["input_ids"], prompt, name="input_ids after the call")


def test_a_row_that_has_ended_is_filled_with_eos_until_all_have(student, draw):
    case = ended_text_case(draw.seed("case"))
    out = student.call("text", **case.arguments)
    assert_equal(out["sequences"], case.outputs["sequences"], name="sequences")


def test_no_token_is_fed_twice(student, draw):
    case = text_case(draw.seed("case"), time=6, new=7)
    out = student.call("text", **case.arguments)
    assert_equal(out["sequences"], case.outputs["sequences"], name="sequences")
    assert not out["fed"].is_floating_point(), "fed: not whole numbers"
    fed = int(out["fed"].sum())
    assert fed <= 6 + 7, f"the transformer was given {fed} tokens a row for a text of 13"


def test_samples_follow_the_tempered_odds(student, draw):
    case = text_case(draw.seed("case"), batch=1, time=5, new=1)
    prompt = case.arguments["input_ids"].expand(1200, -1)  # each row is a draw of its own
    logits = stand_in_logits(prompt[:1])[0, -1]
    for temperature in (2.0, 4.0):
        out = student.call(
            "text", **{**case.arguments, "input_ids": prompt, "temperature": temperature}
        )
        name = f"sequences at temperature {temperature}"
        tokens = new_tokens(out["sequences"], prompt, 1, len(logits), name=name)[:, 0]
        assert_follows(tokens, (logits / temperature).softmax(-1), name=name)


def test_a_temperature_near_zero_is_greedy(student, draw):
    case = text_case(draw.seed("case"), batch=4)
    out = student.call("text", **case.arguments, temperature=0.001)
    assert_equal(out["sequences"], case.outputs["sequences"], name="sequences")
