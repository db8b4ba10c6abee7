"""The modules only hold parameters; all the work is done in pure functions of tensors."""

import math

import torch
from torch import nn
from torch.nn import functional as F


def affine(x, weight, bias):
    return torch.einsum("...i,io->...o", x, weight) + bias


def gelu_new(x):
    return 0.5 * x * (1.0 + torch.tanh(0.7978845608028654 * (x + 0.044715 * torch.pow(x, 3.0))))


def norm(x, layer):
    return F.layer_norm(x, layer.normalized_shape, layer.weight, layer.bias, layer.eps)


def feed_forward(x, widen, narrow, p, training):
    return F.dropout(narrow(gelu_new(widen(x))), p, training)


def project(x, layer, part, n_head):
    """One of query, key and value (part 0, 1, 2) by its own third of the weight, (b, h, t, d)."""
    n = x.shape[-1]
    third = slice(part * n, (part + 1) * n)
    projected = affine(x, layer.weight[:, third], layer.bias[third])
    return projected.view(*x.shape[:2], n_head, n // n_head).transpose(1, 2)


def visible(time, total, device):
    """(time, total) booleans by comparing places."""
    query = torch.arange(total - time, total, device=device).view(-1, 1)
    return query >= torch.arange(total, device=device).view(1, -1)


def attend(query, key, value, divisor, mask, p, training):
    scores = torch.matmul(query, key.transpose(-1, -2)).div(divisor)
    scores = scores if mask is None else scores.add(mask)
    seen = visible(query.shape[-2], key.shape[-2], query.device)
    scores = scores.masked_fill(seen.logical_not(), torch.finfo(scores.dtype).min)
    return torch.matmul(F.dropout(F.softmax(scores, dim=-1), p, training), value)


def next_token_loss(logits, labels):
    flat = logits[:, :-1].contiguous().view(-1, logits.shape[-1]).to(torch.float32)
    return F.nll_loss(F.log_softmax(flat, dim=-1), labels[:, 1:].contiguous().view(-1))


def sample(logits, temperature, top_k):
    if temperature == 0:
        return logits.argmax(dim=-1, keepdim=True)
    size = logits.shape[-1]
    worst = logits.topk(min(top_k or size, size)).values.amin(dim=-1, keepdim=True)
    logits = torch.where(logits >= worst, logits, torch.finfo(logits.dtype).min)
    return torch.multinomial(F.softmax((logits - logits.amax(-1, True)) / temperature, -1), 1)


class Linear(nn.Module):
    def __init__(self, n_out, n_in):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n_in, n_out) * 0.02)
        self.bias = nn.Parameter(torch.zeros(n_out))

    def forward(self, x):
        return affine(x, self.weight, self.bias)


class MLP(nn.Module):
    def __init__(self, n_state, config):
        super().__init__()
        self.p = config.resid_pdrop
        self.c_fc = Linear(n_state, config.n_embd)
        self.c_proj = Linear(config.n_embd, n_state)

    def forward(self, x):
        return feed_forward(x, self.c_fc, self.c_proj, self.p, self.training)


class Attention(nn.Module):
    def __init__(self, nx, n_ctx, config, scale=False):
        super().__init__()
        self.n_head, self.divisor = config.n_head, math.sqrt(nx // config.n_head) if scale else 1
        self.attn_p, self.resid_p = config.attn_pdrop, config.resid_pdrop
        self.c_attn = Linear(3 * nx, nx)
        self.c_proj = Linear(nx, nx)

    def forward(self, x, layer_past=None, attention_mask=None):
        query, key, value = (project(x, self.c_attn, part, self.n_head) for part in range(3))
        if layer_past is not None:
            key, value = torch.cat((layer_past[0], key), 2), torch.cat((layer_past[1], value), 2)
        heads = attend(
            query, key, value, self.divisor, attention_mask, self.attn_p, self.training
        )  # fmt: skip
        output = self.c_proj(heads.transpose(1, 2).flatten(start_dim=2))
        return F.dropout(output, self.resid_p, self.training), (key, value)


class Block(nn.Module):
    def __init__(self, n_ctx, config, scale=False):
        super().__init__()
        self.ln_1 = nn.LayerNorm(config.n_embd, eps=config.layer_norm_epsilon)
        self.attn = Attention(config.n_embd, n_ctx, config, scale)
        self.ln_2 = nn.LayerNorm(config.n_embd, eps=config.layer_norm_epsilon)
        self.mlp = MLP(4 * config.n_embd, config)

    def forward(self, x, layer_past=None, attention_mask=None):
        attended, present = self.attn(norm(x, self.ln_1), layer_past, attention_mask)
        x = x + attended
        return x + self.mlp(norm(x, self.ln_2)), present


class GPT2Model(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.p = config.embd_pdrop
        self.wte = nn.Embedding(config.vocab_size, config.n_embd)
        self.wpe = nn.Embedding(config.n_positions, config.n_embd)
        self.h = nn.ModuleList(
            [Block(config.n_positions, config, True) for _ in range(config.n_layer)]
        )
        self.ln_f = nn.LayerNorm(config.n_embd, eps=config.layer_norm_epsilon)

    def forward(self, input_ids, past=None, attention_mask=None, position_ids=None):
        pasts = [None] * len(self.h) if past is None else list(past)
        start = 0 if pasts[0] is None else pasts[0][0].shape[-2]
        if position_ids is None:
            position_ids = torch.arange(start, start + input_ids.shape[-1], device=input_ids.device)
        tokens = F.one_hot(input_ids, self.wte.num_embeddings).to(self.wte.weight.dtype)
        x = tokens @ self.wte.weight + F.embedding(position_ids, self.wpe.weight)
        x = F.dropout(x, self.p, self.training)
        mask = None
        if attention_mask is not None:
            mask = attention_mask[:, None, None, :].eq(0).to(x.dtype).mul(-1e9)
        presents = []
        for block, layer_past in zip(self.h, pasts, strict=True):
            x, present = block(x, layer_past, mask)
            presents.append(present)
        return norm(x, self.ln_f), presents


class GPT2LMHeadModel(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.transformer = GPT2Model(config)
        self.lm_head = nn.Linear(config.n_embd, config.vocab_size, bias=False)
        self.lm_head.weight = self.transformer.wte.weight

    def forward(self, input_ids, past=None, attention_mask=None, position_ids=None, labels=None):
        hidden, presents = self.transformer(input_ids, past, attention_mask, position_ids)
        logits = F.linear(hidden, self.lm_head.weight)
        return None if labels is None else next_token_loss(logits, labels), logits, presents

    @torch.no_grad()
    def generate(self, input_ids, max_new_tokens, temperature=0.0, top_k=None, eos_token_id=None):
        token, past = input_ids, None
        ended = torch.zeros(len(input_ids), 1, dtype=torch.bool, device=input_ids.device)
        for _ in range(max_new_tokens):
            _, logits, past = self(token, past)
            token = sample(logits[:, -1], temperature, top_k)
            if eos_token_id is not None:
                token = torch.where(ended, eos_token_id, token)
                ended = ended | (token == eos_token_id)
            input_ids = torch.cat((input_ids, token), dim=-1)
            if ended.all():
                break
        return input_ids
