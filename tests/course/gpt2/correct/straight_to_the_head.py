"""generate calls the transformer itself, with mask and places, and scores the last place only."""

import math

import numpy as np
import torch
from torch import nn


class Linear(nn.Module):
    def __init__(self, n_out, n_in):
        super().__init__()
        start = np.random.default_rng().normal(scale=0.02, size=(n_in, n_out))
        self.weight = nn.Parameter(torch.from_numpy(start).float())
        self.bias = nn.Parameter(torch.zeros(n_out))

    def forward(self, x):
        return torch.addmm(self.bias, x.reshape(-1, x.shape[-1]), self.weight).reshape(
            *x.shape[:-1], len(self.bias)
        )


def gelu_new(x):
    factor = float(np.sqrt(2 / np.pi))
    return 0.5 * x * (1 + torch.tanh(factor * x * (1 + 0.044715 * x**2)))


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
        future = torch.from_numpy(np.triu(np.ones((n_ctx, n_ctx)), k=1))
        self.register_buffer("hidden", future * -1e9, persistent=False)

    def forward(self, x, layer_past=None, attention_mask=None):
        b, t, n = x.shape
        qkv = self.c_attn(x).view(b, t, 3, self.n_head, n // self.n_head)
        query, key, value = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        if layer_past is not None:
            past_key, past_value = layer_past
            key = torch.cat((past_key, key), dim=2)
            value = torch.cat((past_value, value), dim=2)
        total = key.shape[2]
        scores = torch.matmul(query, key.permute(0, 1, 3, 2))
        if self.scale:
            scores = scores / math.sqrt(n / self.n_head)
        scores = scores + self.hidden[total - t : total, :total].to(scores.dtype)
        if attention_mask is not None:
            scores = scores + attention_mask
        weights = self.attn_dropout(torch.softmax(scores, dim=-1))
        output = torch.matmul(weights, value).permute(0, 2, 1, 3).reshape(b, t, n)
        return self.resid_dropout(self.c_proj(output)), [key, value]


class Block(nn.Module):
    def __init__(self, n_ctx, config, scale=False):
        super().__init__()
        nx, eps = config.n_embd, config.layer_norm_epsilon
        self.add_module("ln_1", nn.LayerNorm(nx, eps))
        self.add_module("attn", Attention(nx, n_ctx, config, scale))
        self.add_module("ln_2", nn.LayerNorm(nx, eps))
        self.add_module("mlp", MLP(4 * nx, config))

    def forward(self, x, layer_past=None, attention_mask=None):
        residual = x
        x, present = self.attn(self.ln_1(x), layer_past, attention_mask)
        x = residual = residual + x
        x = self.mlp(self.ln_2(x))
        return residual + x, present


class GPT2Model(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.wte = nn.Embedding(config.vocab_size, config.n_embd)
        self.wpe = nn.Embedding(config.n_positions, config.n_embd)
        self.drop = nn.Dropout(config.embd_pdrop)
        self.h = nn.ModuleList(
            [Block(config.n_positions, config, scale=True) for _ in range(config.n_layer)]
        )
        self.ln_f = nn.LayerNorm(config.n_embd, config.layer_norm_epsilon)

    def forward(self, input_ids, past=None, attention_mask=None, position_ids=None):
        if past is None:
            past = [None] * len(self.h)
        if position_ids is None:
            before = 0 if past[0] is None else past[0][0].shape[-2]
            position_ids = before + torch.arange(input_ids.shape[1], device=input_ids.device)
        x = self.drop(self.wte(input_ids) + self.wpe(position_ids))
        if attention_mask is not None:
            real = attention_mask.bool()[:, None, None, :]
            attention_mask = torch.zeros(real.shape, dtype=x.dtype, device=x.device)
            attention_mask = attention_mask.masked_fill(~real, -1e9)
        presents = []
        for block, layer_past in zip(self.h, past, strict=True):
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
            wanted = labels[:, 1:]
            counts = wanted != -100
            # only the places that count are scored
            loss = nn.functional.cross_entropy(logits[:, :-1][counts], wanted[counts])
        return loss, logits, presents

    @torch.inference_mode()
    def generate(self, input_ids, max_new_tokens, temperature=0.0, top_k=None, eos_token_id=None):
        was_training = self.training
        self.eval()
        b, t = input_ids.shape
        text = torch.cat((input_ids, input_ids.new_zeros(b, max_new_tokens)), dim=1)
        real = torch.ones_like(text)
        places = torch.arange(text.shape[1], device=text.device).expand_as(text)
        finished = torch.zeros(b, dtype=torch.bool, device=text.device)
        past, start = None, 0
        for end in range(t, t + max_new_tokens):
            hidden, past = self.transformer(
                text[:, start:end],
                past=past,
                attention_mask=real[:, :end],
                position_ids=places[:, start:end],
            )
            logits = self.lm_head(hidden[:, -1])
            token = torch.argmax(self.disturbed(logits, temperature, top_k), dim=-1)
            text[:, end] = token
            if eos_token_id is not None:
                text[:, end] = torch.where(finished, eos_token_id, token)
                finished |= text[:, end] == eos_token_id
            start = end
            if finished.all():
                text = text[:, : end + 1]
                break
        self.train(was_training)
        return text

    @staticmethod
    def disturbed(logits, temperature, top_k):
        """The largest of these is a draw: each odds is divided by an exponential variable."""
        if temperature == 0:
            return logits
        if top_k is not None and top_k < logits.shape[-1]:
            least = torch.kthvalue(logits, logits.shape[-1] - top_k + 1, keepdim=True).values
            logits = logits.masked_fill(logits < least, -torch.inf)
        odds = torch.softmax(logits / temperature, dim=-1)
        return odds / torch.empty_like(odds).exponential_(1)
