"""Every product is an einsum: linear maps, scores, values, and the head too."""

import math

import torch
from torch import einsum, nn


class Linear(nn.Module):
    def __init__(self, n_out, n_in):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(n_in, n_out).normal_(std=0.02))
        self.bias = nn.Parameter(torch.zeros(n_out))

    def forward(self, x):
        return einsum("...i,io->...o", x, self.weight) + self.bias


def gelu_new(x):
    return nn.functional.gelu(x, approximate="tanh")


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
        self.heads = config.n_head
        self.factor = 1 / math.sqrt(nx // config.n_head) if scale else 1.0
        self.c_attn = Linear(3 * nx, nx)
        self.c_proj = Linear(nx, nx)
        self.attn_dropout = nn.Dropout(config.attn_pdrop)
        self.resid_dropout = nn.Dropout(config.resid_pdrop)

    def forward(self, x, layer_past=None, attention_mask=None):
        batch, time, nx = x.shape
        projected = self.c_attn(x).view(batch, time, 3, self.heads, nx // self.heads)
        q, k, v = einsum("btchd->cbhtd", projected)
        if layer_past is not None:
            k = torch.cat([layer_past[0], k], dim=2)
            v = torch.cat([layer_past[1], v], dim=2)
        scores = einsum("bhqd,bhkd->bhqk", q, k) * self.factor
        if attention_mask is not None:
            scores = scores + attention_mask
        total = k.shape[2]
        future = torch.ones(time, total, dtype=torch.bool, device=x.device).triu(total - time + 1)
        scores = scores.masked_fill(future, -1e9)
        weights = self.attn_dropout(torch.softmax(scores, dim=-1))
        merged = einsum("bhqk,bhkd->bqhd", weights, v).reshape(batch, time, nx)
        return self.resid_dropout(self.c_proj(merged)), (k, v)


class Block(nn.Module):
    def __init__(self, n_ctx, config, scale=False):
        super().__init__()
        self.ln_1 = nn.LayerNorm(config.n_embd, eps=config.layer_norm_epsilon)
        self.attn = Attention(config.n_embd, n_ctx, config, scale)
        self.ln_2 = nn.LayerNorm(config.n_embd, eps=config.layer_norm_epsilon)
        self.mlp = MLP(4 * config.n_embd, config)

    def forward(self, x, layer_past=None, attention_mask=None):
        heard, present = self.attn(self.ln_1(x), layer_past, attention_mask)
        x = x + heard
        return x + self.mlp(self.ln_2(x)), present


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
        start = 0 if past is None else past[0][0].shape[-2]
        if position_ids is None:
            position_ids = torch.arange(input_ids.shape[1], device=input_ids.device) + start
        x = self.drop(self.wte(input_ids) + self.wpe(position_ids))
        if attention_mask is not None:
            attention_mask = einsum("bk,->bk", 1.0 - attention_mask, torch.tensor(-1e9))
            attention_mask = attention_mask[:, None, None].to(x.dtype)
        presents = []
        for i, block in enumerate(self.h):
            x, present = block(x, None if past is None else past[i], attention_mask)
            presents.append(present)
        return self.ln_f(x), presents


class GPT2LMHeadModel(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.transformer = GPT2Model(config)
        self.lm_head = nn.Linear(config.n_embd, config.vocab_size, bias=False)
        self.lm_head.weight = self.transformer.wte.weight

    def forward(self, input_ids, past=None, attention_mask=None, position_ids=None, labels=None):
        hidden, presents = self.transformer(input_ids, past, attention_mask, position_ids)
        logits = einsum("btn,vn->btv", hidden, self.lm_head.weight)
        loss = None
        if labels is not None:
            flat = logits[:, :-1].reshape(-1, logits.shape[-1])
            loss = nn.functional.cross_entropy(flat, labels[:, 1:].reshape(-1))
        return loss, logits, presents

    @torch.no_grad()
    def generate(self, input_ids, max_new_tokens, temperature=0.0, top_k=None, eos_token_id=None):
        done = torch.zeros(len(input_ids), dtype=torch.bool, device=input_ids.device)
        fresh, past = input_ids, None
        for _ in range(max_new_tokens):
            _, logits, past = self(fresh, past=past)
            logits = logits[:, -1]
            if temperature == 0:
                token = torch.argmax(logits, dim=-1)
            else:
                if top_k is not None:
                    lowest = logits.topk(min(top_k, logits.shape[-1])).values[:, -1:]
                    logits = torch.where(logits < lowest, float("-inf"), logits)
                token = torch.multinomial(torch.softmax(logits / temperature, dim=-1), 1)[:, 0]
            if eos_token_id is not None:
                token = torch.where(done, eos_token_id, token)
                done = done | (token == eos_token_id)
            fresh = token[:, None]
            input_ids = torch.cat([input_ids, fresh], dim=1)
            if done.all():
                break
        return input_ids
