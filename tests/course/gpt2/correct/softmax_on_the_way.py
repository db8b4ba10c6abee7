"""Attention as FlashAttention has it: keys come in chunks, softmax's sum is kept on the way."""

import math

import torch
from torch import nn

CHUNK = 3  # keys at a time


class Linear(nn.Module):
    def __init__(self, n_out, n_in):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n_in, n_out).mul(0.02))
        self.bias = nn.Parameter(torch.zeros(n_out))

    def forward(self, x):
        return sum(
            x[..., i : i + 1] * self.weight[i] for i in range(self.weight.shape[0])
        ) + self.bias  # fmt: skip


def gelu_new(x):
    c = math.sqrt(2 / math.pi)
    e = torch.exp(-2 * (c * (x + 0.044715 * x**3)).abs())  # tanh by hand, which never overflows
    tanh = torch.sign(x) * (1 - e) / (1 + e)
    return 0.5 * x * (1 + tanh)


class MLP(nn.Module):
    def __init__(self, n_state, config):
        super().__init__()
        self.c_fc = Linear(n_state, config.n_embd)
        self.c_proj = Linear(config.n_embd, n_state)
        self.act = gelu_new
        self.dropout = nn.Dropout(config.resid_pdrop)

    def forward(self, x):
        return self.dropout(self.c_proj(self.act(self.c_fc(x))))


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
        shape = (b, t, self.n_head, n // self.n_head)
        q, k, v = (part.reshape(shape).transpose(1, 2) for part in self.c_attn(x).chunk(3, -1))
        if layer_past is not None:
            k, v = (torch.cat((old, new), -2) for old, new in zip(layer_past, (k, v), strict=True))
        total = k.shape[-2]
        rows = torch.arange(total - t, total, device=x.device)[:, None]
        largest = q.new_full((*q.shape[:-1], 1), -math.inf)
        mass, heard = torch.zeros_like(largest), torch.zeros_like(q)
        for start in range(0, total, CHUNK):
            columns = torch.arange(start, min(start + CHUNK, total), device=x.device)
            scores = q @ k[:, :, columns].mT
            if self.scale:
                scores = scores / math.sqrt(q.shape[-1])
            if attention_mask is not None:
                wide = attention_mask.expand(*attention_mask.shape[:-1], total)
                scores = scores + wide[..., columns]
            scores = torch.where(columns > rows, -math.inf, scores)
            new_largest = torch.maximum(largest, scores.amax(-1, keepdim=True)).detach()
            shrink = torch.exp(largest - new_largest)  # the first key is visible: never inf - inf
            weights = torch.exp(scores - new_largest)
            mass = mass * shrink + weights.sum(-1, keepdim=True)
            heard = heard * shrink + self.attn_dropout(weights) @ v[:, :, columns]
            largest = new_largest
        output = (heard / mass).transpose(1, 2).flatten(2)
        return self.resid_dropout(self.c_proj(output)), (k, v)


class Block(nn.Module):
    def __init__(self, n_ctx, config, scale=False):
        super().__init__()
        self.ln_1 = nn.LayerNorm(config.n_embd, eps=config.layer_norm_epsilon)
        self.attn = Attention(config.n_embd, n_ctx, config, scale)
        self.ln_2 = nn.LayerNorm(config.n_embd, eps=config.layer_norm_epsilon)
        self.mlp = MLP(4 * config.n_embd, config)

    def forward(self, x, layer_past=None, attention_mask=None):
        heard, present = self.attn(self.ln_1(x), layer_past, attention_mask)
        x = torch.add(x, heard)
        return torch.add(x, self.mlp(self.ln_2(x))), present


class GPT2Model(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.wte = nn.Embedding(config.vocab_size, config.n_embd)
        self.wpe = nn.Embedding(config.n_positions, config.n_embd)
        self.drop = nn.Dropout(config.embd_pdrop)
        self.h = nn.ModuleList(
            Block(config.n_positions, config, scale=True) for _ in range(config.n_layer)
        )
        self.ln_f = nn.LayerNorm(config.n_embd, eps=config.layer_norm_epsilon)

    def forward(self, input_ids, past=None, attention_mask=None, position_ids=None):
        start = 0 if past is None else past[-1][-1].shape[-2]
        if position_ids is None:
            position_ids = start + torch.ones_like(input_ids).cumsum(dim=1) - 1
        x = self.drop(self.wte(input_ids) + self.wpe(position_ids))
        if attention_mask is not None:
            attention_mask = (1 - attention_mask[:, None, None, :]) * -1e30
        presents = []
        for block, layer_past in zip(self.h, past or [None] * len(self.h), strict=True):
            x, present = block(x, layer_past, attention_mask)
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
        logits = self.lm_head(hidden)
        loss = None
        if labels is not None:
            real = labels[:, 1:] != -100
            right = logits[:, :-1][real].gather(1, labels[:, 1:][real][:, None]).squeeze(1)
            loss = (logits[:, :-1][real].logsumexp(-1) - right).mean()
        return loss, logits, presents

    @torch.no_grad()
    def generate(self, input_ids, max_new_tokens, temperature=0.0, top_k=None, eos_token_id=None):
        """Rows that have ended are taken out of the batch, and out of the cache."""
        rows = [row.tolist() for row in input_ids]
        alive = list(range(len(rows)))
        new, past = input_ids, None
        for _ in range(max_new_tokens):
            _, logits, past = self(new, past)
            token = draw(logits[:, -1], temperature, top_k)
            for row, choice in zip(alive, token.tolist(), strict=True):
                rows[row].append(choice)
            goes_on = (
                torch.ones_like(token).bool() if eos_token_id is None else token != eos_token_id
            )
            alive = [row for row, more in zip(alive, goes_on.tolist(), strict=True) if more]
            if not alive:
                break
            past = [tuple(part[goes_on] for part in present) for present in past]
            new = token[goes_on].unsqueeze(1)
        longest = max(map(len, rows))
        full = [row + [eos_token_id] * (longest - len(row)) for row in rows]
        return torch.tensor(full, dtype=input_ids.dtype, device=input_ids.device)


def draw(logits, temperature, top_k):
    """Samples by the Gumbel-max trick."""
    if temperature == 0:
        return logits.argmax(-1)
    if top_k is not None:
        outside = logits.argsort(-1, descending=True).argsort(-1) >= top_k
        logits = logits.masked_fill(outside, -math.inf)
    gumbel = -torch.log(-torch.log(torch.rand_like(logits).clamp(1e-12, 1 - 1e-7)))
    return (logits / temperature + gumbel).argmax(-1)
