"""Batch and heads are one axis in attention (baddbmm); scores come scaled out of it, mask first."""

import math

import torch
from torch import nn


class Linear(nn.Module):
    def __init__(self, n_out, n_in):
        super().__init__()
        self.weight = nn.Parameter(torch.empty((n_in, n_out)))
        self.bias = nn.Parameter(torch.empty(n_out))
        self.reset_parameters()

    def reset_parameters(self):
        nn.init.trunc_normal_(self.weight, std=0.02)
        nn.init.constant_(self.bias, 0)

    def forward(self, x):
        return self.bias + x @ self.weight


class NewGELU(nn.Module):
    def forward(self, x):
        return nn.functional.gelu(x, approximate="tanh")


gelu_new = NewGELU()


class MLP(nn.Module):
    def __init__(self, n_state, config):
        super().__init__()
        self.c_fc = Linear(n_state, config.n_embd)
        self.act = NewGELU()
        self.c_proj = Linear(config.n_embd, n_state)
        self.dropout = nn.Dropout(config.resid_pdrop)

    def forward(self, x):
        for step in (self.c_fc, self.act, self.c_proj, self.dropout):
            x = step(x)
        return x


class Attention(nn.Module):
    def __init__(self, nx, n_ctx, config, scale=False):
        super().__init__()
        self.h, self.d = config.n_head, nx // config.n_head
        self.alpha = 1 / math.sqrt(self.d) if scale else 1.0
        self.c_attn = Linear(3 * nx, nx)
        self.c_proj = Linear(nx, nx)
        self.attn_dropout = nn.Dropout(config.attn_pdrop)
        self.resid_dropout = nn.Dropout(config.resid_pdrop)

    def forward(self, x, layer_past=None, attention_mask=None):
        b, t, n = x.shape
        qkv = self.c_attn(x).view(b, t, 3, self.h, self.d).permute(2, 0, 3, 1, 4).contiguous()
        q, k, v = qkv.view(3, b * self.h, t, self.d)
        if layer_past is not None:
            k = torch.cat([layer_past[0].reshape(b * self.h, -1, self.d), k], dim=1)
            v = torch.cat([layer_past[1].reshape(b * self.h, -1, self.d), v], dim=1)
        s = k.shape[1]
        place = torch.arange(s, device=x.device)
        bias = torch.zeros(b, self.h, t, s, dtype=x.dtype, device=x.device)
        if attention_mask is not None:
            bias = bias + attention_mask
        bias = bias.masked_fill(place[None, :] > place[s - t :, None], -1e9).flatten(0, 1)
        scores = torch.baddbmm(bias, q, k.transpose(1, 2), alpha=self.alpha)
        weights = self.attn_dropout(torch.exp(torch.log_softmax(scores, dim=-1)))
        y = torch.bmm(weights, v).view(b, self.h, t, self.d).transpose(1, 2).reshape(b, t, n)
        present = (k.view(b, self.h, s, self.d), v.view(b, self.h, s, self.d))
        return self.resid_dropout(self.c_proj(y)), present


class Block(nn.Module):
    def __init__(self, n_ctx, config, scale=False):
        super().__init__()
        self.ln_1 = nn.LayerNorm(config.n_embd, eps=config.layer_norm_epsilon)
        self.attn = Attention(config.n_embd, n_ctx, config, scale)
        self.ln_2 = nn.LayerNorm(config.n_embd, eps=config.layer_norm_epsilon)
        self.mlp = MLP(4 * config.n_embd, config)

    def forward(self, x, layer_past=None, attention_mask=None):
        y, present = self.attn(self.ln_1(x), layer_past, attention_mask)
        y = y + x
        z = self.mlp(self.ln_2(y))
        return y + z, present


class GPT2Model(nn.Module):
    def __init__(self, config):
        super().__init__()
        n, length = config.n_embd, config.n_positions
        self.h = nn.ModuleList(Block(length, config, scale=True) for _ in range(config.n_layer))
        self.wpe = nn.Embedding(length, n)
        self.wte = nn.Embedding(config.vocab_size, n)
        self.drop = nn.Dropout(config.embd_pdrop)
        self.ln_f = nn.LayerNorm(n, eps=config.layer_norm_epsilon)

    def forward(self, input_ids, past=None, attention_mask=None, position_ids=None):
        past = iter(past if past is not None else [None] * len(self.h))
        layer_past = next(past)
        p = layer_past[0].shape[-2] if layer_past is not None else 0
        if position_ids is None:
            position_ids = torch.arange(p, p + input_ids.shape[1], device=input_ids.device)
        x = self.drop(self.wte(input_ids) + self.wpe(position_ids))
        if attention_mask is not None:
            hidden = attention_mask.reshape(x.shape[0], 1, 1, -1) == 0
            rows = hidden.expand(-1, 1, x.shape[1], -1)  # (b, 1, t, p + t)
            attention_mask = torch.zeros_like(rows, dtype=x.dtype).masked_fill_(rows, -1e9)
        presents = ()
        for block in self.h:
            x, present = block(x, layer_past, attention_mask)
            presents += (present,)
            layer_past = next(past, None)
        return self.ln_f(x), presents


class GPT2LMHeadModel(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.transformer = GPT2Model(config)
        self.lm_head = nn.Linear(config.n_embd, config.vocab_size, bias=False)
        self.lm_head.weight = self.transformer.wte.weight
        self.loss = nn.CrossEntropyLoss(reduction="sum")

    def forward(self, input_ids, past=None, attention_mask=None, position_ids=None, labels=None):
        x, presents = self.transformer(input_ids, past, attention_mask, position_ids)
        logits = self.lm_head(x)
        if labels is None:
            return None, logits, presents
        labels = torch.roll(labels, -1, dims=1)
        labels[:, -1] = -100
        count = labels.ne(-100).sum()
        return (
            self.loss(logits.view(-1, logits.shape[-1]), labels.view(-1)) / count,
            logits,
            presents,
        )

    @torch.no_grad()
    def generate(self, input_ids, max_new_tokens, temperature=0.0, top_k=None, eos_token_id=None):
        past, x, left = None, input_ids, torch.full_like(input_ids[:, 0], max_new_tokens)
        while left.any():
            _, logits, past = self(x, past)
            x = self.choose(logits[:, -1], temperature, top_k)
            if eos_token_id is not None:
                x = torch.where(left[:, None] > 0, x, eos_token_id)
            left = left - 1
            if eos_token_id is not None:
                left = torch.where(x[:, 0] == eos_token_id, 0, left).clamp(min=0)
            input_ids = torch.cat([input_ids, x], dim=1)
        return input_ids

    def choose(self, logits, temperature, top_k):
        if temperature == 0:
            return logits.sort(dim=-1, descending=True, stable=True).indices[:, :1]
        odds = torch.softmax(logits / temperature, dim=-1)
        if top_k is not None:
            kept, ids = odds.topk(min(top_k, odds.shape[-1]), dim=-1)
            odds = torch.zeros_like(odds).scatter(-1, ids, kept)  # multinomial takes any weights
        return torch.multinomial(odds, num_samples=1)
