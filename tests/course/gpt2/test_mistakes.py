"""The suite has teeth: each classic mistake costs points where it is made, and few elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autograder.intake.submission import Submission

ROOT = Path(__file__).parents[3]
FILE = "modeling_gpt2.py"
ELSEWHERE = 15  # points outside its own exercise that one mistake may cost, at most

MARKS = re.compile(r"^ *# (\[MASK|hint:|提示：).*\n", re.MULTILINE)
REFERENCE = MARKS.sub("", (ROOT / "solutions/gpt2" / FILE).read_text(encoding="utf-8"))

GELU = "0.5 * x * (1.0 + torch.tanh(math.sqrt(2.0 / math.pi) * (x + 0.044715 * x**3)))"
CAUSAL = "scores = scores.masked_fill(~visible, torch.finfo(scores.dtype).min)"
ATTEND = "self.attn(self.ln_1(x), layer_past, attention_mask)"
TRIL = "dtype=torch.bool).tril()"
LINEAR = "x @ self.weight + self.bias"
NEW_ONLY = "(key[:, :, -x.size(1):], value[:, :, -x.size(1):])"

# name: its exercise, and what stands in the reference and in the mistake
MISTAKES = {
    "linear without bias": ("mlp", LINEAR, "x @ self.weight + 0 * self.bias"),
    "linear cut off from learning": ("mlp", LINEAR, "x @ self.weight.detach() + self.bias"),
    "exact gelu": ("mlp", GELU, "nn.functional.gelu(x)"),
    "relu": ("mlp", GELU, "x.relu()"),
    "gelu with a rounded constant": ("mlp", "0.044715", "0.0447"),
    "no dropout in the mlp": ("mlp", "return self.dropout(h2)", "return h2"),
    "dropout in evaluation": ("mlp", "self.dropout(h2)", "nn.functional.dropout(h2, 0.1)"),
    "no scale": ("attention", "scores = scores / math.sqrt(query.size(-1))", "pass"),
    "scale by d": ("attention", "math.sqrt(query.size(-1))", "query.size(-1)"),
    "scale always": ("attention", "if self.scale:", "if True:"),
    "mask upside down": ("attention", TRIL, "dtype=torch.bool).triu()"),
    "mask off by one": ("attention", TRIL, "dtype=torch.bool).tril(1)"),
    "no causal mask": ("attention", CAUSAL, "pass"),
    "causal mask at the origin": (
        "attention", "self.visible[total - t : total, :total]", "self.visible[:t, :total]",
    ),
    "soft-max over the queries": ("attention", ".softmax(dim=-1))", ".softmax(dim=-2))"),
    "heads merged without transpose": (
        "attention", "x.transpose(1, 2).flatten(2)", "x.reshape(x.size(0), x.size(2), -1)",
    ),
    "keys taken for queries": ("attention", "query, key, value = map(", "key, query, value = map("),
    "values taken for keys": ("attention", "query, key, value = map(", "query, value, key = map("),
    "cache on the wrong side": (
        "attention", "torch.cat((past_key, key), dim=-2)", "torch.cat((key, past_key), dim=-2)",
    ),
    "cache of the new tokens only": (
        "attention", "(output), (key, value)", f"(output), {NEW_ONLY}",
    ),
    "mask multiplied": ("attention", "scores + attention_mask", "scores * attention_mask"),
    "mask ignored": ("attention", "scores = scores + attention_mask", "pass"),
    "no dropout of the weights": (
        "attention", "self.attn_dropout(scores.softmax(dim=-1))", "scores.softmax(dim=-1)",
    ),
    "input changed in place": (
        "attention", "query, key, value = map(", "x.mul_(1.0001); query, key, value = map(",
    ),
    "no first residual": ("block", "x = x + attended", "x = attended"),
    "no second residual": ("block", "x = x + self.mlp(self.ln_2(x))", "x = self.mlp(self.ln_2(x))"),
    "residual taken after the norm": (
        "block", f"attended, present = {ATTEND}",
        "x = self.ln_1(x); attended, present = self.attn(x, layer_past, attention_mask)",
    ),
    "one norm for both": ("block", "self.mlp(self.ln_2(x))", "self.mlp(self.ln_1(x))"),
    "post-norm": (
        "block", "x = x + self.mlp(self.ln_2(x))", "x = self.ln_2(x + self.mlp(x))",
    ),
    "epsilon of a Block": (
        "block", "self.ln_2 = nn.LayerNorm(nx, eps=config.layer_norm_epsilon)",
        "self.ln_2 = nn.LayerNorm(nx, eps=1e-6)",
    ),
    "past not handed on": ("block", ATTEND, "self.attn(self.ln_1(x), None, attention_mask)"),
    "inner width of the mlp": ("block", "MLP(4 * nx, config)", "MLP(2 * nx, config)"),
    "no positions": (
        "model", "self.wte(input_ids) + self.wpe(position_ids)", "self.wte(input_ids)",
    ),
    "positions not shifted by the cache": (
        "model", "torch.arange(p, p + input_ids.size(1)", "torch.arange(0, input_ids.size(1)",
    ),
    "blocks without scale": ("model", "Block(n_ctx, config, scale=True)", "Block(n_ctx, config)"),
    "no final norm": ("model", "return self.ln_f(x), presents", "return x, presents"),
    "epsilon of the final norm": (
        "model", "self.ln_f = nn.LayerNorm(nx, eps=config.layer_norm_epsilon)",
        "self.ln_f = nn.LayerNorm(nx, eps=1e-6)",
    ),
    "padding mask upside down": (
        "model", "padding = 1 - attention_mask[:, None, None, :]",
        "padding = attention_mask[:, None, None, :]",
    ),
    "padding mask not made additive": (
        "model", "attention_mask = padding * torch.finfo(x.dtype).min", "attention_mask = padding",
    ),
    "the same past for every Block": (
        "model", "block(x, layer_past, attention_mask)", "block(x, past[0], attention_mask)",
    ),
    "no dropout of the embeddings": ("model", "x = self.drop(", "x = ("),
    "labels not shifted": ("lm_head", "labels[:, 1:].flatten()", "labels[:, :-1].flatten()"),
    "-100 counted": ("lm_head", "ignore_index=-100", "ignore_index=-1, reduction='mean'"),
    "loss summed": ("lm_head", "ignore_index=-100", "ignore_index=-100, reduction='sum'"),
    "head not tied": (
        "lm_head", "self.lm_head.weight = self.transformer.wte.weight", "pass",
    ),
    "position_ids not handed on": (
        "lm_head", "(input_ids, past, attention_mask, position_ids)",
        "(input_ids, past, attention_mask)",
    ),
    "the first logits": ("generation", "next_token(logits[:, -1]", "next_token(logits[:, 0]"),
    "one token too few": ("generation", "range(max_new_tokens)", "range(max_new_tokens - 1)"),
    "an ended row goes on": (
        "generation", "token = token.masked_fill(ended, eos_token_id)", "pass",
    ),
    "temperature ignored": ("generation", "((top - top[:, :1]) / temperature)", "(top)"),
    "temperature multiplied": ("generation", "/ temperature)", "* temperature)"),
    "top k one too many": (
        "generation", "min(top_k, logits.size(-1))", "min(top_k + 1, logits.size(-1))",
    ),
    "always greedy": ("generation", "if temperature == 0:", "if True:"),
    "everything fed again": (
        "generation", "_, logits, past = self(new, past)", "_, logits, past = self(input_ids)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_costs_points_in_its_own_exercise_and_few_elsewhere(grader, name):
    own, right, wrong = MISTAKES[name]
    assert right in REFERENCE
    code = REFERENCE.replace(right, wrong).encode()
    report = grader.grade(Submission(name, "gpt2", {FILE: code}))
    lost = {one.id: one.max_score - one.score for one in report.exercises}
    assert report.status == "graded"
    assert lost.pop(own) > 0
    assert sum(lost.values()) <= ELSEWHERE, lost
