"""The model makes one causal and padding mask for all Blocks; Attention makes its own besides."""

import math

import torch
from torch import nn


def causal_mask(time, total, like):
    """Additive, (1, 1, time, total): the last `time` of `total` tokens ask."""
    full = torch.full((time, total), -1e9, dtype=like.dtype, device=like.device)
    return torch.triu(full, diagonal=total - time + 1)[None, None]


def padding_mask(attention_mask, like):
    """Additive, (batch, 1, 1, total)."""
    return torch.where(attention_mask[:, None, None].bool(), 0.0, -1e9).to(like.dtype)


class Linear(nn.Module):
    def __init__(self, n_out, n_in):
        super().__init__()
        self.weight = nn.Parameter(nn.init.normal_(torch.empty(n_in, n_out), std=0.02))
        self.bias = nn.Parameter(torch.zeros(n_out))

    def forward(self, x):
        return torch.tensordot(x, self.weight, dims=1) + self.bias


def gelu_new(x):
    return x * torch.sigmoid(2 * math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))


class MLP(nn.Module):
    def __init__(self, n_state, config):
        super().__init__()
        self.c_fc = Linear(n_state, config.n_embd)
        self.c_proj = Linear(config.n_embd, n_state)
        self.dropout = nn.Dropout(config.resid_pdrop)

    def forward(self, x):
        return self.dropout(self.c_proj(gelu_new(self.c_fc(x))))


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
        qkv = self.c_attn(x).unflatten(-1, (3, self.n_head, -1)).permute(2, 0, 3, 1, 4)
        query, present = qkv[0], qkv[1:]  # key and value stay together: (2, b, h, t, d)
        if layer_past is not None:
            past = torch.stack(tuple(layer_past))
            present = torch.cat([past, present], dim=3)
        key, value = present
        scores = query @ key.mT
        if self.scale:
            scores = scores * query.shape[-1] ** -0.5
        mask = causal_mask(x.shape[1], key.shape[2], scores)
        if attention_mask is not None:
            mask = mask + attention_mask  # the model's holds the causal part once more
        weights = self.attn_dropout(torch.softmax(scores + mask, dim=-1))
        merged = (weights @ value).transpose(1, 2).reshape(x.shape)
        return self.resid_dropout(self.c_proj(merged)), present


class Block(nn.Module):
    def __init__(self, n_ctx, config, scale=False):
        super().__init__()
        self.ln_1 = nn.LayerNorm(config.n_embd, eps=config.layer_norm_epsilon)
        self.attn = Attention(config.n_embd, n_ctx, config, scale)
        self.ln_2 = nn.LayerNorm(config.n_embd, eps=config.layer_norm_epsilon)
        self.mlp = MLP(4 * config.n_embd, config)

    def forward(self, x, layer_past=None, attention_mask=None):
        attended, present = self.attn(self.ln_1(x), layer_past, attention_mask)
        x = attended + x
        return self.mlp(self.ln_2(x)) + x, present


class GPT2Model(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.wte = nn.Embedding(config.vocab_size, config.n_embd)
        self.wpe = nn.Embedding(config.n_positions, config.n_embd)
        self.drop = nn.Dropout(config.embd_pdrop)
        make = lambda: Block(config.n_positions, config, scale=True)  # noqa: E731
        self.h = nn.ModuleList(make() for _ in range(config.n_layer))
        self.ln_f = nn.LayerNorm(config.n_embd, eps=config.layer_norm_epsilon)

    def forward(self, input_ids, past=None, attention_mask=None, position_ids=None):
        batch, time = input_ids.shape
        before = past[0][0].shape[-2] if past else 0
        if position_ids is None:
            position_ids = before + torch.arange(time, device=input_ids.device).expand(batch, time)
        x = self.drop(self.wte(input_ids) + self.wpe(position_ids))
        mask = causal_mask(time, before + time, x)
        if attention_mask is not None:
            mask = mask + padding_mask(attention_mask, x)  # (batch, 1, time, total)
        presents = []
        for number, block in enumerate(self.h):
            x, present = block(x, past[number] if past else None, mask)
            presents.append(present)
        return self.ln_f(x), tuple(presents)


class GPT2LMHeadModel(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.transformer = GPT2Model(config)
        self.lm_head = nn.Linear(config.n_embd, config.vocab_size, bias=False)
        self.lm_head.weight = self.transformer.wte.weight

    def forward(self, input_ids, past=None, attention_mask=None, position_ids=None, labels=None):
        hidden, presents = self.transformer(input_ids, past, attention_mask, position_ids)
        logits = self.lm_head(hidden)
        if labels is None:
            return None, logits, presents
        targets = nn.functional.pad(labels[:, 1:], (0, 1), value=-100)  # the last one predicts none
        loss = nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())
        return loss, logits, presents

    @torch.no_grad()
    def generate(self, input_ids, max_new_tokens, temperature=0.0, top_k=None, eos_token_id=None):
        text, past = input_ids, None
        ended = torch.zeros(text.shape[0], 1, dtype=torch.bool, device=text.device)
        while text.shape[1] < input_ids.shape[1] + max_new_tokens and not ended.all():
            before = past[0][0].shape[-2] if past else 0
            ones = torch.ones_like(text)  # nothing is padding
            _, logits, past = self(text[:, before:], past, ones)
            token = self.choose(logits[:, -1], temperature, top_k)
            if eos_token_id is not None:
                token = token.masked_fill(ended, eos_token_id)
                ended |= token == eos_token_id
            text = torch.hstack([text, token])
        return text

    @staticmethod
    def choose(logits, temperature, top_k):
        if temperature == 0:
            return logits.argmax(-1, keepdim=True)
        if top_k is not None:
            order = logits.argsort(dim=-1, descending=True)
            logits = logits.scatter(-1, order[:, top_k:], -torch.inf)
        return torch.softmax(logits / temperature, -1).multinomial(1)
