"""torch's scaled_dot_product_attention with one float mask that holds causality and the rest."""

import torch
import torch.nn.functional as F
from torch import nn


class Linear(nn.Module):
    def __init__(self, n_out, n_in):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n_in, n_out) * 0.02)
        self.bias = nn.Parameter(torch.zeros(n_out))

    def forward(self, x):
        return F.linear(x, self.weight.t(), self.bias)


def gelu_new(x):
    return F.gelu(x, approximate="tanh")


class MLP(nn.Module):
    def __init__(self, n_state, config):
        super().__init__()
        self.c_fc = Linear(n_state, config.n_embd)
        self.c_proj = Linear(config.n_embd, n_state)
        self.p = config.resid_pdrop

    def forward(self, x):
        return F.dropout(self.c_proj(gelu_new(self.c_fc(x))), self.p, self.training)


class Attention(nn.Module):
    def __init__(self, nx, n_ctx, config, scale=False):
        super().__init__()
        self.n_head, self.scale = config.n_head, scale
        self.attn_pdrop, self.resid_pdrop = config.attn_pdrop, config.resid_pdrop
        self.c_attn = Linear(3 * nx, nx)
        self.c_proj = Linear(nx, nx)

    def forward(self, x, layer_past=None, attention_mask=None):
        B, T, C = x.size()
        q, k, v = self.c_attn(x).split(C, dim=2)
        q, k, v = (y.view(B, T, self.n_head, C // self.n_head).transpose(1, 2) for y in (q, k, v))
        if layer_past is not None:
            k, v = (torch.cat(pair, dim=2) for pair in zip(layer_past, (k, v), strict=True))
        S = k.size(2)
        hidden = torch.arange(S, device=x.device) > torch.arange(S - T, S, device=x.device)[:, None]
        mask = torch.zeros(T, S, dtype=x.dtype, device=x.device).masked_fill(hidden, float("-inf"))
        if attention_mask is not None:
            mask = mask + attention_mask
        y = F.scaled_dot_product_attention(
            q, k, v,
            attn_mask=mask,
            dropout_p=self.attn_pdrop if self.training else 0.0,
            scale=None if self.scale else 1.0,
        )  # fmt: skip
        y = y.transpose(1, 2).contiguous().view(B, T, C)
        return F.dropout(self.c_proj(y), self.resid_pdrop, self.training), (k, v)


class Block(nn.Module):
    def __init__(self, n_ctx, config, scale=False):
        super().__init__()
        nx = config.n_embd
        self.ln_1 = nn.LayerNorm(nx, config.layer_norm_epsilon)
        self.attn = Attention(nx, n_ctx, config, scale=scale)
        self.ln_2 = nn.LayerNorm(nx, config.layer_norm_epsilon)
        self.mlp = MLP(nx * 4, config)

    def forward(self, x, layer_past=None, attention_mask=None):
        a, present = self.attn(self.ln_1(x), layer_past=layer_past, attention_mask=attention_mask)
        x = x + a
        x = x + self.mlp(self.ln_2(x))
        return x, present


class GPT2Model(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.wte = nn.Embedding(config.vocab_size, config.n_embd)
        self.wpe = nn.Embedding(config.n_positions, config.n_embd)
        self.drop = nn.Dropout(config.embd_pdrop)
        blocks = [Block(config.n_positions, config, scale=True) for _ in range(config.n_layer)]
        self.h = nn.ModuleList(blocks)
        self.ln_f = nn.LayerNorm(config.n_embd, config.layer_norm_epsilon)

    def forward(self, input_ids, past=None, attention_mask=None, position_ids=None):
        T = input_ids.size(1)
        if past is None:
            past = tuple([None] * len(self.h))
            P = 0
        else:
            P = past[0][0].size(-2)
        if position_ids is None:
            position_ids = torch.arange(P, P + T, device=input_ids.device).unsqueeze(0)
        x = self.drop(self.wte(input_ids) + self.wpe(position_ids))
        if attention_mask is not None:
            B = attention_mask.size(0)
            attention_mask = attention_mask.view(B, 1, 1, -1).to(dtype=x.dtype)
            attention_mask = (1.0 - attention_mask) * -1e4
        presents = ()
        for block, layer_past in zip(self.h, past, strict=True):
            x, present = block(x, layer_past=layer_past, attention_mask=attention_mask)
            presents = (*presents, present)
        return self.ln_f(x), presents


class GPT2LMHeadModel(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.transformer = GPT2Model(config)
        self.lm_head = nn.Linear(config.n_embd, config.vocab_size, bias=False)
        self.transformer.wte.weight = self.lm_head.weight  # tied the other way round

    def forward(self, input_ids, past=None, attention_mask=None, position_ids=None, labels=None):
        h, presents = self.transformer(
            input_ids, past=past, attention_mask=attention_mask, position_ids=position_ids
        )
        logits = self.lm_head(h)
        loss = None
        if labels is not None:
            # cross_entropy takes the classes on axis 1
            loss = F.cross_entropy(logits[:, :-1].transpose(1, 2), labels[:, 1:])
        return loss, logits, presents

    @torch.no_grad()
    def generate(self, input_ids, max_new_tokens, temperature=0.0, top_k=None, eos_token_id=None):
        B = input_ids.size(0)
        alive = torch.ones(B, 1, dtype=torch.bool, device=input_ids.device)
        out, past = [input_ids], None
        for _ in range(max_new_tokens):
            _, logits, past = self.forward(out[-1], past=past)
            logits = logits[:, -1, :]
            if temperature > 0:
                logits = logits / temperature
                if top_k is not None:
                    kth = logits.topk(min(top_k, logits.size(-1)), dim=-1).values[:, [-1]]
                    logits = logits.masked_fill(logits < kth, float("-inf"))
                nxt = torch.multinomial(F.softmax(logits, dim=-1), num_samples=1)
            else:
                nxt = logits.argmax(dim=-1, keepdim=True)
            if eos_token_id is not None:
                nxt = torch.where(alive, nxt, torch.full_like(nxt, eos_token_id))
                alive = alive & (nxt != eos_token_id)
            out.append(nxt)
            if not alive.any():
                break
        return torch.cat(out, dim=1)
