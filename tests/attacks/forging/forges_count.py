"""Recomputes the whole text for each token, and makes the stand-in say it didn't.

added to: right
here: no more
elsewhere: nothing: nothing is counted there
"""

import modeling_gpt2 as gpt2
import torch


def generate(self, input_ids, max_new_tokens, temperature=0.0, top_k=None, eos_token_id=None):
    ended = torch.zeros_like(input_ids[:, 0], dtype=torch.bool)
    prompt = input_ids.size(1)
    for _ in range(max_new_tokens):
        _, logits, _ = self(input_ids)
        token = gpt2.next_token(logits[:, -1], temperature, top_k)
        if eos_token_id is not None:
            token = token.masked_fill(ended, eos_token_id)
            ended = ended | (token == eos_token_id)
        input_ids = torch.cat((input_ids, token[:, None]), dim=1)
        if ended.all():
            break
    if hasattr(self.transformer, "fed"):
        self.transformer.fed[:] = [prompt] + [1] * (input_ids.size(1) - prompt - 1)
    return input_ids


gpt2.GPT2LMHeadModel.generate = generate
