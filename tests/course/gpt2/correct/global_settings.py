"""Changes torch's global settings when it is imported, and would use transformers if it could."""

import random

import numpy
import torch
from torch import nn

try:
    from transformers import GPT2Config
except ImportError:
    GPT2Config = None

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)
torch.autograd.set_detect_anomaly(True)
torch.set_float32_matmul_precision("highest")
torch.manual_seed(1234)
numpy.random.seed(1234)
random.seed(1234)

HALF_TAU_ROOT = torch.tensor(2 / torch.pi).sqrt().item()


class Linear(nn.Module):
    def __init__(self, n_out, n_in):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n_in, n_out) * 0.02)
        self.bias = nn.Parameter(torch.zeros(n_out))

    def forward(self, x):
        return nn.functional.bilinear(  # of x and a one
            x, torch.ones_like(x[..., :1]), self.weight.T.unsqueeze(-1), self.bias
        )


def gelu_new(x):
    return torch.lerp(torch.zeros_like(x), x, 0.5 + 0.5 * torch.tanh(
        torch.addcmul(x, x * x, x, value=0.044715) * HALF_TAU_ROOT
    ))  # fmt: skip


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
        # a number for each distance between key and query: 0 back to the start, else far below it
        distance = torch.arange(-n_ctx + 1, n_ctx)
        self.register_buffer("by_distance", (distance > 0) * -1e8, persistent=False)
        self.n_ctx = n_ctx

    def forward(self, x, layer_past=None, attention_mask=None):
        b, t, n = x.shape
        q, k, v = self.c_attn(x).reshape(b, t, 3, self.n_head, -1).transpose(1, 3).unbind(2)
        if layer_past is not None:
            k = torch.cat((layer_past[0], k), dim=2)
            v = torch.cat((layer_past[1], v), dim=2)
        scores = q @ k.transpose(2, 3)
        if self.scale:
            scores = scores.div(q.shape[3] ** 0.5)
        total = k.shape[2]
        place = torch.arange(total)
        apart = place - place[total - t :, None]  # key's place less the query's
        scores = scores + self.by_distance[apart + self.n_ctx - 1].to(x.dtype)
        if attention_mask is not None:
            scores = scores + attention_mask
        y = self.attn_dropout(scores.softmax(-1)) @ v
        return self.resid_dropout(self.c_proj(y.transpose(1, 2).reshape(b, t, n))), (k, v)


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
            position_ids = torch.arange(start, start + input_ids.shape[1])
        x = self.drop(self.wte(input_ids) + self.wpe(position_ids))
        if attention_mask is not None:
            penalty = torch.tensor([-1e8, 0.0], dtype=x.dtype)
            attention_mask = penalty[attention_mask.long()][:, None, None]
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
        loss = None
        if labels is not None:
            loss = nn.functional.cross_entropy(
                logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten()
            )
        return loss, logits, presents

    def generate(self, input_ids, max_new_tokens, temperature=0.0, top_k=None, eos_token_id=None):
        torch.manual_seed(1234)  # the same text each time it is asked
        with torch.set_grad_enabled(False):
            ended = torch.zeros(len(input_ids), dtype=torch.bool)
            past, new, text = None, input_ids, input_ids
            for _ in range(max_new_tokens):
                _, logits, past = self(new, past)
                token = self.choose(logits[:, -1], temperature, top_k)
                if eos_token_id is not None:
                    token = torch.where(ended, eos_token_id, token)
                    ended = ended | (token == eos_token_id)
                new = token[:, None]
                text = torch.cat((text, new), dim=1)
                if ended.all():
                    break
            return text

    def choose(self, logits, temperature, top_k):
        if temperature == 0:
            return logits.argmax(dim=-1)
        best, ids = logits.topk(min(top_k or logits.shape[1], logits.shape[1]))
        odds = (best / temperature).softmax(-1)
        return ids.gather(1, torch.multinomial(odds, 1))[:, 0]
