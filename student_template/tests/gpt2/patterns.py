"""The attention patterns that `autograder check gpt2 --explain` draws, on one short sentence.

Attention gives no weights away, so they are read off its output: the values are marks of position,
and the last linear map changes nothing. Then what a token takes home is how much it took of whom.
"""

import math

import torch
from transformers.models.gpt2.modeling_gpt2 import GPT2Attention

from autograder.grading.compare import assert_close
from autograder.grading.pattern import Pattern
from tests.gpt2.huggingface import Config, causal_mask, generator, huggingface_config

TOKENS = ("the", "cat", "sat", "on", "the", "mat")
TIME, HEADS = len(TOKENS), 2
CONFIG = Config(n_embd=HEADS * TIME, n_head=HEADS, n_layer=1, n_positions=8, vocab_size=11)


def attention(student):
    weights, x = marked_weights(), marked_tokens()
    arguments = {"nx": CONFIG.n_embd, "n_ctx": CONFIG.n_positions, "config": CONFIG.plain()}
    out = student.call("attention_forward", **arguments, scale=True, weights=weights, x=x)
    theirs = expected(weights, x)
    assert_close(out["output"], theirs, name="output", atol=math.inf)  # of its form: shape, dtype
    return Pattern(TOKENS, by_head(out["output"]), by_head(theirs), "Hugging Face")


def marked_tokens():
    """(1, time, n_embd): where a token stands, one number of TIME, and then what it is."""
    content = torch.randn(TIME, CONFIG.n_embd - TIME, generator=generator(7), dtype=torch.float64)
    return torch.cat((torch.eye(TIME, dtype=torch.float64), content), dim=1)[None]


def marked_weights():
    """Queries and keys of what a token is; as the value of each head, where it stands."""
    width = CONFIG.n_embd
    looks = torch.randn(width, 2 * width, generator=generator(3), dtype=torch.float64)
    looks[:TIME] = 0
    stands = torch.zeros(width, width, dtype=torch.float64)
    stands[:TIME] = torch.eye(TIME, dtype=torch.float64).repeat(1, HEADS)
    return {
        "c_attn.weight": torch.cat((looks, stands), dim=1),
        "c_attn.bias": torch.zeros(3 * width, dtype=torch.float64),
        "c_proj.weight": torch.eye(width, dtype=torch.float64),
        "c_proj.bias": torch.zeros(width, dtype=torch.float64),
    }


def expected(weights, x):
    attention = GPT2Attention(huggingface_config(CONFIG), layer_idx=0).to(torch.float64).eval()
    attention.load_state_dict(weights)
    with torch.no_grad():
        return attention(x, attention_mask=causal_mask(TIME, TIME, x.dtype)[None, None])[0]


def by_head(output):
    """(1, time, head * time) → (head, time, time)."""
    return output[0].unflatten(-1, (HEADS, TIME)).transpose(0, 1)
