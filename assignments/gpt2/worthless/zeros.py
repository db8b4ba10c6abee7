"""Every part answers with zeros of the right shape: worthless. Appended to the reference."""
# ruff: noqa: F821, PLR0917 - the names and signatures are the reference's


def _blank(answer):
    """Zeros in the place of each tensor's values; gradients still find their way, and are zero."""
    if isinstance(answer, torch.Tensor):
        return answer * 0
    return type(answer)(map(_blank, answer)) if isinstance(answer, (list, tuple)) else answer


def _blanked(function):
    return lambda *arguments, **named: _blank(function(*arguments, **named))


def _generate(self, input_ids, max_new_tokens, temperature=0.0, top_k=None, eos_token_id=None):
    new = input_ids.new_zeros(len(input_ids), max_new_tokens)
    return torch.cat((input_ids, new), dim=1)


gelu_new = _blanked(gelu_new)
for _part in (Linear, MLP, Attention, Block, nn.Embedding, GPT2Model, GPT2LMHeadModel):
    _part.forward = _blanked(_part.forward)
GPT2LMHeadModel.generate = _generate
