"""A Python loop over the heads, each with its own slice of the projection."""

from math import pi, sqrt

import torch
from torch import nn


class Linear(nn.Module):
    def __init__(self, n_out, n_in):
        super().__init__()
        self.weight = nn.Parameter(torch.Tensor(n_in, n_out))
        self.bias = nn.Parameter(torch.Tensor(n_out))
        nn.init.xavier_uniform_(self.weight)
        nn.init.zeros_(self.bias)

    def forward(self, x):
        return x.matmul(self.weight).add(self.bias)


def gelu_new(x):
    inner = sqrt(2 / pi) * (x + 0.044715 * torch.pow(x, 3))
    return x * (1 + inner.tanh()) / 2


class MLP(nn.Module):
    def __init__(self, n_state, config):
        super().__init__()
        nx = config.n_embd
        self.c_fc = Linear(n_state, nx)
        self.c_proj = Linear(nx, n_state)
        self.dropout = nn.Dropout(config.resid_pdrop)

    def forward(self, x):
        wide = self.c_fc(x)
        active = gelu_new(wide)
        narrow = self.c_proj(active)
        return self.dropout(narrow)


class Attention(nn.Module):
    def __init__(self, nx, n_ctx, config, scale=False):
        super().__init__()
        self.n_head = config.n_head
        self.d = nx // config.n_head
        self.nx = nx
        self.scale = scale
        self.c_attn = Linear(3 * nx, nx)
        self.c_proj = Linear(nx, nx)
        self.attn_dropout = nn.Dropout(config.attn_pdrop)
        self.resid_dropout = nn.Dropout(config.resid_pdrop)

    def one_head(self, q, k, v, mask):
        """q (b, t, d); k and v (b, s, d); mask None or broadcastable to (b, t, s)."""
        t, s = q.shape[1], k.shape[1]
        scores = torch.bmm(q, k.transpose(1, 2))
        if self.scale:
            scores = scores / sqrt(self.d)
        for row in range(t):
            last = s - t + row  # the last key that this query may see
            hidden = torch.zeros(s, dtype=torch.bool, device=q.device)
            hidden[last + 1 :] = True
            scores[:, row] = scores[:, row].masked_fill(hidden, -1e30)
        if mask is not None:
            scores = scores + mask
        return torch.bmm(self.attn_dropout(scores.softmax(dim=2)), v)

    def forward(self, x, layer_past=None, attention_mask=None):
        qkv = self.c_attn(x)
        keys, values, outputs = [], [], []
        for head in range(self.n_head):
            first = head * self.d
            q, k, v = (qkv[:, :, part * self.nx + first :][:, :, : self.d] for part in range(3))
            if layer_past is not None:
                k = torch.cat((layer_past[0][:, head], k), dim=1)
                v = torch.cat((layer_past[1][:, head], v), dim=1)
            mask = attention_mask
            if mask is not None and mask.dim() == 4:
                mask = mask[:, head if mask.shape[1] > 1 else 0]
            outputs.append(self.one_head(q, k, v, mask))
            keys.append(k)
            values.append(v)
        output = self.c_proj(torch.cat(outputs, dim=2))
        return self.resid_dropout(output), (torch.stack(keys, 1), torch.stack(values, 1))


class Block(nn.Module):
    def __init__(self, n_ctx, config, scale=False):
        super().__init__()
        self.ln_1 = nn.LayerNorm(config.n_embd, eps=config.layer_norm_epsilon)
        self.attn = Attention(config.n_embd, n_ctx, config, scale)
        self.ln_2 = nn.LayerNorm(config.n_embd, eps=config.layer_norm_epsilon)
        self.mlp = MLP(config.n_embd * 4, config)

    def forward(self, x, layer_past=None, attention_mask=None):
        answer = self.attn(self.ln_1(x), layer_past, attention_mask)
        middle = x + answer[0]
        return middle + self.mlp(self.ln_2(middle)), answer[1]


class GPT2Model(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.wte = nn.Embedding(config.vocab_size, config.n_embd)
        self.wpe = nn.Embedding(config.n_positions, config.n_embd)
        self.drop = nn.Dropout(config.embd_pdrop)
        self.h = nn.ModuleList()
        for _ in range(config.n_layer):
            self.h.append(Block(config.n_positions, config, True))
        self.ln_f = nn.LayerNorm(config.n_embd, eps=config.layer_norm_epsilon)

    def forward(self, input_ids, past=None, attention_mask=None, position_ids=None):
        length = input_ids.shape[1]
        if past is None:
            past = [None for _ in self.h]
            before = 0
        else:
            before = len(past[0][0][0][0])  # key, first row, first head: one entry a token
        if position_ids is None:
            position_ids = torch.tensor(range(before, before + length), device=input_ids.device)
        x = self.drop(self.wte(input_ids) + self.wpe(position_ids))
        if attention_mask is not None:
            hide = attention_mask == 0
            attention_mask = torch.zeros(hide.shape, dtype=x.dtype, device=x.device)
            attention_mask[hide] = -1e30
            attention_mask = attention_mask[:, None, None]
        presents = []
        for layer in range(len(self.h)):
            x, present = self.h[layer](x, past[layer], attention_mask)
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
            losses = []
            for row, wanted in zip(logits, labels, strict=True):
                logs = row[:-1].log_softmax(dim=-1)
                for step, token in enumerate(wanted[1:].tolist()):
                    if token != -100:
                        losses.append(-logs[step, token])
            loss = torch.stack(losses).mean()
        return loss, logits, presents

    def generate(self, input_ids, max_new_tokens, temperature=0.0, top_k=None, eos_token_id=None):
        ended = [False] * len(input_ids)
        new, past = input_ids, None
        for _ in range(max_new_tokens):
            with torch.no_grad():
                _, logits, past = self(new, past)
            tokens = []
            for row, scores in enumerate(logits[:, -1]):
                if ended[row]:
                    token = eos_token_id
                elif temperature == 0:
                    token = scores.argmax().item()
                else:
                    count = len(scores) if top_k is None else min(top_k, len(scores))
                    best, ids = scores.sort(descending=True)
                    odds = (best[:count] / temperature).softmax(0)
                    token = ids[torch.multinomial(odds, 1)].item()
                ended[row] = ended[row] or token == eos_token_id
                tokens.append([token])
            new = torch.tensor(tokens, device=input_ids.device)
            input_ids = torch.cat((input_ids, new), 1)
            if all(ended):
                break
        return input_ids
