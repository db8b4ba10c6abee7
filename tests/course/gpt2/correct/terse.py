"""As short as it goes: lambdas, walruses, one expression where another takes ten lines."""

from math import pi

import torch
from torch import nn
from torch.nn import functional as F

gelu_new = lambda x: x / 2 * (1 + ((2 / pi) ** 0.5 * (x + 0.044715 * x**3)).tanh())  # noqa: E731


class Linear(nn.Module):
    def __init__(self, n_out, n_in):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n_in, n_out) / 50)
        self.bias = nn.Parameter(torch.zeros(n_out))

    forward = lambda self, x: x @ self.weight + self.bias  # noqa: E731


class MLP(nn.Module):
    def __init__(self, n_state, c):
        super().__init__()
        self.c_fc, self.c_proj = Linear(n_state, c.n_embd), Linear(c.n_embd, n_state)
        self.drop = nn.Dropout(c.resid_pdrop)

    forward = lambda self, x: self.drop(self.c_proj(gelu_new(self.c_fc(x))))  # noqa: E731


class Attention(nn.Module):
    def __init__(self, nx, n_ctx, config, scale=False):
        super().__init__()
        self.c_attn, self.c_proj = Linear(3 * nx, nx), Linear(nx, nx)
        self.drops = nn.Dropout(config.attn_pdrop), nn.Dropout(config.resid_pdrop)
        self.h, self.root = config.n_head, (nx // config.n_head) ** (scale / 2)

    def forward(self, x, layer_past=None, attention_mask=None):
        p = self.training
        q, *kv = self.c_attn(x).unflatten(2, (3, self.h, -1)).permute(2, 0, 3, 1, 4)
        k, v = kv = (
            kv
            if layer_past is None
            else [*map(torch.cat, zip(layer_past, kv, strict=True), (2, 2))]
        )
        w = q @ k.mT / self.root + (0 if attention_mask is None else attention_mask)
        w = w - 1e6 * torch.ones_like(w).triu(w.shape[3] - w.shape[2] + 1)
        w = F.dropout(w.softmax(3), self.drops[0].p, p) @ v
        return F.dropout(self.c_proj(w.mT.flatten(1, 2).mT), self.drops[1].p, p), kv


class Block(nn.Module):
    def __init__(self, n_ctx, c, scale=False):
        super().__init__()
        self.ln_1, self.ln_2 = (nn.LayerNorm(c.n_embd, c.layer_norm_epsilon) for _ in "ab")
        self.attn, self.mlp = Attention(c.n_embd, n_ctx, c, scale), MLP(4 * c.n_embd, c)

    def forward(self, x, layer_past=None, attention_mask=None):
        a, present = self.attn(self.ln_1(x), layer_past, attention_mask)
        return (x := x + a) + self.mlp(self.ln_2(x)), present


class GPT2Model(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.wte, self.wpe = (nn.Embedding(k, c.n_embd) for k in (c.vocab_size, c.n_positions))
        self.h = nn.ModuleList(Block(c.n_positions, c, True) for _ in range(c.n_layer))
        self.drop, self.ln_f = (
            nn.Dropout(c.embd_pdrop),
            nn.LayerNorm(c.n_embd, c.layer_norm_epsilon),
        )

    def forward(self, input_ids, past=None, attention_mask=None, position_ids=None):
        p, presents = past[0][0].shape[-2] if past else 0, []
        if position_ids is None:
            position_ids = torch.arange(p, p + input_ids.shape[1])
        x = self.drop(self.wte(input_ids) + self.wpe(position_ids))
        if (m := attention_mask) is not None:
            m = 1e6 * (m[:, None, None] - 1)
        for block, kv in zip(self.h, past or [None] * len(self.h), strict=True):
            x, present = block(x, kv, m)
            presents += [present]
        return self.ln_f(x), presents


class GPT2LMHeadModel(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.transformer, self.lm_head = GPT2Model(c), nn.Linear(c.n_embd, c.vocab_size, False)
        self.lm_head.weight = self.transformer.wte.weight

    def forward(self, input_ids, past=None, attention_mask=None, position_ids=None, labels=None):
        x, presents = self.transformer(input_ids, past, attention_mask, position_ids)
        y = self.lm_head(x)
        return (
            labels if labels is None else F.cross_entropy(y.mT[..., :-1], labels[:, 1:]),
            y,
            presents,
        )

    @torch.no_grad()
    def generate(self, input_ids, max_new_tokens, temperature=0.0, top_k=None, eos_token_id=None):
        x, past, go = input_ids, None, torch.ones_like(input_ids[:, :1])
        while max_new_tokens > 0 and go.any():
            _, logits, past = self(x, past)
            y, ids = logits[:, -1].topk(min(top_k or logits.shape[2], logits.shape[2]))
            x = (
                ids[:, :1]
                if temperature == 0
                else ids.gather(1, (y / temperature).softmax(1).multinomial(1))
            )
            if eos_token_id is not None:
                x = x * go + eos_token_id * (1 - go)
                go = go * (x != eos_token_id)
            input_ids, max_new_tokens = torch.cat((input_ids, x), 1), max_new_tokens - 1
        return input_ids
