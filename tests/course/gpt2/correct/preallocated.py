"""Writes into tensors of the final size instead of concatenating: cache, presents and text."""

import math

import torch
from torch import nn


class Linear(nn.Module):
    def __init__(self, n_out, n_in):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(n_in, n_out).uniform_(-0.05, 0.05))
        self.bias = nn.Parameter(torch.zeros(n_out))

    def forward(self, x):
        rows = x.reshape(-1, self.weight.shape[0])
        output = x.new_empty(rows.shape[0], self.weight.shape[1])
        output[:] = rows.mm(self.weight)
        output += self.bias
        return output.reshape(*x.shape[:-1], -1)


def gelu_new(x):
    inner = x.pow(3).mul_(0.044715).add_(x).mul_(math.sqrt(2 / math.pi))
    return torch.tanh(inner).add(1.0).mul(x).mul(0.5)


class MLP(nn.Module):
    def __init__(self, n_state, config):
        super().__init__()
        self.c_fc = Linear(n_state, config.n_embd)
        self.c_proj = Linear(config.n_embd, n_state)
        self.dropout = nn.Dropout(config.resid_pdrop)

    def forward(self, x):
        x = self.c_fc(x)
        x = gelu_new(x)
        x = self.c_proj(x)
        return self.dropout(x)


class Attention(nn.Module):
    def __init__(self, nx, n_ctx, config, scale=False):
        super().__init__()
        self.n_head = config.n_head
        self.scale = scale
        self.c_attn = Linear(3 * nx, nx)
        self.c_proj = Linear(nx, nx)
        self.attn_dropout = nn.Dropout(config.attn_pdrop)
        self.resid_dropout = nn.Dropout(config.resid_pdrop)

    def forward(self, x, layer_past=None, attention_mask=None):
        b, t, n = x.shape
        h, d = self.n_head, n // self.n_head
        p = 0 if layer_past is None else layer_past[0].shape[2]
        query, key, value = self.c_attn(x).view(b, t, 3, h, d).permute(2, 0, 3, 1, 4)
        present = x.new_empty(2, b, h, p + t, d)
        if layer_past is not None:
            present[0, :, :, :p] = layer_past[0]
            present[1, :, :, :p] = layer_past[1]
        present[0, :, :, p:] = key
        present[1, :, :, p:] = value
        scores = x.new_full((b, h, t, p + t), -3e38)
        products = query @ present[0].transpose(-1, -2)
        if self.scale:
            products /= math.sqrt(d)
        if attention_mask is not None:
            products += attention_mask
        for i in range(t):  # what no query sees stays as it was filled
            scores[:, :, i, : p + i + 1] = products[:, :, i, : p + i + 1]
        weights = self.attn_dropout(scores.softmax(-1))
        output = x.new_empty(b, t, n)
        for head in range(h):
            output[:, :, head * d : (head + 1) * d] = weights[:, head] @ present[1, :, head]
        return self.resid_dropout(self.c_proj(output)), present


class Block(nn.Module):
    def __init__(self, n_ctx, config, scale=False):
        super().__init__()
        self.ln_1 = nn.LayerNorm(config.n_embd, eps=config.layer_norm_epsilon)
        self.attn = Attention(config.n_embd, n_ctx, config, scale)
        self.ln_2 = nn.LayerNorm(config.n_embd, eps=config.layer_norm_epsilon)
        self.mlp = MLP(4 * config.n_embd, config)

    def forward(self, x, layer_past=None, attention_mask=None):
        x = x.clone()  # the caller's own is left alone by what follows
        attended, present = self.attn(self.ln_1(x.clone()), layer_past, attention_mask)
        x += attended
        x += self.mlp(self.ln_2(x.clone()))
        return x, present


class GPT2Model(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.wte = nn.Embedding(config.vocab_size, config.n_embd)
        self.wpe = nn.Embedding(config.n_positions, config.n_embd)
        self.drop = nn.Dropout(config.embd_pdrop)
        self.h = nn.ModuleList(
            [Block(config.n_positions, config, True) for _ in range(config.n_layer)]
        )
        self.ln_f = nn.LayerNorm(config.n_embd, eps=config.layer_norm_epsilon)

    def forward(self, input_ids, past=None, attention_mask=None, position_ids=None):
        b, t = input_ids.shape
        p = 0 if past is None else past[0][0].shape[-2]
        if position_ids is None:
            position_ids = torch.empty_like(input_ids)
            position_ids[:] = torch.arange(p, p + t)
        x = self.wte(input_ids)
        x = self.drop(x + self.wpe(position_ids))
        added = None
        if attention_mask is not None:
            added = x.new_zeros(b, 1, t, p + t)
            for row in range(b):
                added[row, :, :, attention_mask[row] == 0] = -3e38
        presents = [None] * len(self.h)
        for i in range(len(self.h)):
            x, presents[i] = self.h[i](x, None if past is None else past[i], added)
        return self.ln_f(x), presents


class GPT2LMHeadModel(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.transformer = GPT2Model(config)
        self.lm_head = nn.Linear(config.n_embd, config.vocab_size, bias=False)
        self.lm_head.weight = self.transformer.wte.weight

    def forward(self, input_ids, past=None, attention_mask=None, position_ids=None, labels=None):
        x, presents = self.transformer(input_ids, past, attention_mask, position_ids)
        logits = self.lm_head(x)
        if labels is None:
            return None, logits, presents
        targets = torch.full_like(labels, -100)
        targets[:, :-1] = labels[:, 1:]
        losses = nn.functional.cross_entropy(logits.mT, targets, reduction="none")  # 0 if ignored
        return losses.sum() / (targets != -100).sum(), logits, presents

    @torch.no_grad()
    def generate(self, input_ids, max_new_tokens, temperature=0.0, top_k=None, eos_token_id=None):
        b, t = input_ids.shape
        text = input_ids.new_zeros(b, t + max_new_tokens)
        text[:, :t] = input_ids
        ended = torch.zeros(b, dtype=torch.bool, device=input_ids.device)
        start, end, past = 0, t, None
        while end < t + max_new_tokens:
            _, logits, past = self(text[:, start:end], past)
            text[:, end] = self.pick(logits[:, -1], temperature, top_k)
            if eos_token_id is not None:
                text[ended, end] = eos_token_id
                ended |= text[:, end] == eos_token_id
            start, end = end, end + 1
            if ended.all():
                break
        return text[:, :end]

    def pick(self, logits, temperature, top_k):
        if temperature == 0:
            return logits.argmax(dim=-1)
        kept = torch.full_like(logits, -torch.inf)
        values, ids = logits.topk(min(top_k or logits.shape[1], logits.shape[1]), dim=-1)
        kept.scatter_(1, ids, values / temperature)
        return torch.multinomial(kept.softmax(-1), 1)[:, 0]
