"""Exercise `generation`, hidden part: top k, an eos in the prompt, the whole model."""

import torch

from autograder.grading.compare import assert_equal
from tests.gpt2.huggingface import CONFIGS
from tests.gpt2.huggingface_text import (
    lively_text_case,
    stand_in_logits,
    text_case,
)
from tests.gpt2.laws import assert_follows, new_tokens


def test_top_k_keeps_the_likeliest_tokens_at_every_step(student, draw):
    case = text_case(draw.seed("case"), batch=1, time=3, new=4)
    prompt = case.arguments["input_ids"].expand(150, -1)
    vocabulary = stand_in_logits(prompt[:1]).size(-1)
    for k, temperature in ((1, 1.0), (4, 0.5)):
        asked = {"input_ids": prompt, "temperature": temperature, "top_k": k}
        out = student.call("text", **{**case.arguments, **asked})
        name = f"sequences with top_k={k}"
        tokens = new_tokens(out["sequences"], prompt, 4, vocabulary, name=name)
        logits = stand_in_logits(out["sequences"])[:, 2:-1]  # before each new token
        # the stand-in's logits are the same numbers in another order after any text
        ranks = (logits > logits.gather(-1, tokens[..., None])).sum(-1)
        chances = torch.zeros(logits.size(-1), dtype=torch.float64)
        best = logits[0, 0].sort(descending=True).values[:k]
        chances[:k] = (best / temperature).softmax(-1)
        assert_follows(ranks.flatten(), chances, name=f"{name}: ranks of the new tokens")


def test_eos_in_a_prompt_ends_nothing(student, draw):
    case = text_case(draw.seed("case"), eos=3, eos_in_prompt=True)
    out = student.call("text", **case.arguments)
    assert_equal(out["sequences"], case.outputs["sequences"], name="sequences")


def test_the_whole_model_writes_what_hugging_faces_writes(student, draw):
    case = lively_text_case(CONFIGS["plain"], draw.seed("case"), new=6)
    out = student.call("text", **case.arguments)
    assert_equal(out["sequences"], case.outputs["sequences"], name="sequences")
