"""Every part answers with its input, in the right shape: worthless. Appended to the reference."""
# ruff: noqa: F821, PLR0917 - the names and signatures are the reference's

gelu_new = MLP.forward = lambda *arguments: arguments[-1]
Linear.forward = lambda self, x: _widened(x, self.bias.numel())


def _widened(x, width):
    """Repeats or cuts the last axis."""
    return x[..., torch.arange(width) % x.size(-1)]


def _attention(self, x, layer_past=None, attention_mask=None):
    new = x.unflatten(-1, (self.n_head, -1)).transpose(1, 2)
    past = () if layer_past is None else layer_past
    return x, [torch.cat((*earlier, new), dim=-2) for earlier in (past[:1], past[1:])]


def _block(self, x, layer_past=None, attention_mask=None):
    return x, self.attn(x, layer_past, attention_mask)[1]


def _model(self, input_ids, past=None, attention_mask=None, position_ids=None):
    x, past = self.wte(input_ids), past or [None] * len(self.h)
    return x, [block(x, layer_past)[1] for block, layer_past in zip(self.h, past, strict=True)]


def _language_model(
    self, input_ids, past=None, attention_mask=None, position_ids=None, labels=None
):
    hidden, presents = self.transformer(input_ids, past, attention_mask, position_ids)
    logits = _widened(hidden, self.lm_head.out_features)
    return None if labels is None else logits.mean(), logits, presents


def _generate(self, input_ids, max_new_tokens, temperature=0.0, top_k=None, eos_token_id=None):
    return torch.cat((input_ids, input_ids[:, -1:].expand(-1, max_new_tokens)), dim=1)


Attention.forward, Block.forward, GPT2Model.forward = _attention, _block, _model
GPT2LMHeadModel.forward, GPT2LMHeadModel.generate = _language_model, _generate
