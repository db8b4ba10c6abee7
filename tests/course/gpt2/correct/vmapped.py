"""Written for one head of one row of the batch; torch.func.vmap does all the others."""

import functools
import math

import torch
from torch import nn
from torch.func import vmap


class Linear(nn.Module):
    def __init__(self, n_out, n_in):
        super().__init__()
        self.weight = nn.Parameter(0.02 * torch.randn(n_in, n_out))
        self.bias = nn.Parameter(torch.zeros(n_out))

    def forward(self, x):
        return x @ self.weight + self.bias


def gelu_new(x):
    return 0.5 * x * (1.0 + torch.tanh(math.sqrt(2.0 / math.pi) * (x + 0.044715 * x**3)))


class MLP(nn.Module):
    def __init__(self, n_state, config):
        super().__init__()
        self.c_fc = Linear(n_state, config.n_embd)
        self.c_proj = Linear(config.n_embd, n_state)
        self.dropout = nn.Dropout(config.resid_pdrop)

    def forward(self, x):
        return self.dropout(self.c_proj(gelu_new(self.c_fc(x))))


def one_head(query, key, value, bias, *, divisor, dropout):
    """query (t, d), key and value (s, d), bias (t, s) -> (t, d)."""
    rows = torch.arange(key.shape[0] - query.shape[0], key.shape[0], device=key.device)
    columns = torch.arange(key.shape[0], device=key.device)
    scores = query @ key.T / divisor + bias
    scores = torch.where(columns > rows[:, None], -1e9, scores)
    return dropout(scores.softmax(-1)) @ value


class Attention(nn.Module):
    def __init__(self, nx, n_ctx, config, scale=False):
        super().__init__()
        self.n_head = config.n_head
        self.divisor = math.sqrt(nx // config.n_head) if scale else 1.0
        self.c_attn = Linear(3 * nx, nx)
        self.c_proj = Linear(nx, nx)
        self.attn_dropout = nn.Dropout(config.attn_pdrop)
        self.resid_dropout = nn.Dropout(config.resid_pdrop)

    def split(self, x):  # (b, t, n) -> (b, h, t, d)
        return torch.stack(x.chunk(self.n_head, dim=-1), dim=1)

    def forward(self, x, layer_past=None, attention_mask=None):
        query, key, value = map(self.split, self.c_attn(x).chunk(3, dim=-1))
        if layer_past is not None:
            key = torch.cat((layer_past[0], key), dim=2)
            value = torch.cat((layer_past[1], value), dim=2)
        shape = (*query.shape[:3], key.shape[2])
        mask = 0.0 if attention_mask is None else attention_mask
        bias = torch.zeros(shape, dtype=x.dtype, device=x.device) + mask
        head = functools.partial(one_head, divisor=self.divisor, dropout=self.attn_dropout)
        every_row = vmap(vmap(head, randomness="different"), randomness="different")
        output = every_row(query, key, value, bias)
        output = self.c_proj(torch.cat(output.unbind(1), dim=-1))
        return self.resid_dropout(output), (key, value)


class Block(nn.Module):
    def __init__(self, n_ctx, config, scale=False):
        super().__init__()
        self.ln_1 = nn.LayerNorm(config.n_embd, eps=config.layer_norm_epsilon)
        self.attn = Attention(config.n_embd, n_ctx, config, scale)
        self.ln_2 = nn.LayerNorm(config.n_embd, eps=config.layer_norm_epsilon)
        self.mlp = MLP(4 * config.n_embd, config)

    def forward(self, x, layer_past=None, attention_mask=None):
        attended, present = self.attn(self.ln_1(x), layer_past, attention_mask)
        x = x + attended
        return x + self.mlp(self.ln_2(x)), present


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
        start = 0 if past is None else past[0][0].shape[-2]
        if position_ids is None:
            position_ids = torch.arange(input_ids.shape[1], device=input_ids.device) + start
        # one row at a time, one token at a time
        embed = vmap(vmap(lambda token, place: self.wte(token) + self.wpe(place)))
        x = self.drop(embed(input_ids, position_ids.expand_as(input_ids)))
        if attention_mask is not None:
            attention_mask = (attention_mask[:, None, None] - 1) * 1e9
        presents = []
        for layer, block in enumerate(self.h):
            x, present = block(x, None if past is None else past[layer], attention_mask)
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
        if labels is None:
            return None, logits, presents
        target = labels[:, 1:]
        logs = logits[:, :-1].log_softmax(-1)
        surprise = vmap(vmap(lambda log, token: -log.gather(0, token.clamp(min=0)[None])[0]))
        counted = target != -100
        return surprise(logs, target)[counted].mean(), logits, presents

    @torch.no_grad()
    def generate(self, input_ids, max_new_tokens, temperature=0.0, top_k=None, eos_token_id=None):
        ended = torch.zeros(len(input_ids), dtype=torch.bool, device=input_ids.device)
        text, new, past = [input_ids], input_ids, None
        choose = vmap(
            functools.partial(choose_one, temperature=temperature, top_k=top_k),
            randomness="different",
        )
        for _ in range(max_new_tokens):
            _, logits, past = self(new, past)
            token = choose(logits[:, -1])
            if eos_token_id is not None:
                token = token.masked_fill(ended, eos_token_id)
                ended = ended | (token == eos_token_id)
            new = token[:, None]
            text.append(new)
            if ended.all():
                break
        return torch.cat(text, dim=1)


def choose_one(scores, *, temperature, top_k):
    """scores (v,) -> one token, by the Gumbel-max trick."""
    if temperature == 0:
        return scores.argmax()
    best, ids = scores.sort(descending=True)
    best, ids = best[:top_k].double() / temperature, ids[:top_k]
    uniform = torch.rand(best.shape, dtype=best.dtype, device=best.device)
    place = (best - torch.log(-torch.log(uniform))).argmax()
    return ids.gather(0, place[None])[0]
