"""scaled_dot_product_attention after nanoGPT: is_causal or a bool mask, weights set by apply()."""

import math

import torch
from torch import nn
from torch.nn import functional as F


class Linear(nn.Module):
    def __init__(self, n_out, n_in):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(n_in, n_out))
        self.bias = nn.Parameter(torch.zeros(n_out))

    def forward(self, x):
        return torch.matmul(x, self.weight) + self.bias


def gelu_new(x):
    return 0.5 * x * (1.0 + torch.tanh(math.sqrt(2.0 / math.pi) * (x + 0.044715 * x**3.0)))


class MLP(nn.Module):
    def __init__(self, n_state, config):
        super().__init__()
        self.c_fc = Linear(n_state, config.n_embd)
        self.act = gelu_new
        self.c_proj = Linear(config.n_embd, n_state)
        self.dropout = nn.Dropout(config.resid_pdrop)

    def forward(self, x):
        x = self.c_fc(x)
        x = self.act(x)
        x = self.c_proj(x)
        return self.dropout(x)


class Attention(nn.Module):
    def __init__(self, nx, n_ctx, config, scale=False):
        super().__init__()
        assert nx % config.n_head == 0
        self.n_head = config.n_head
        self.n_embd = nx
        self.dropout = config.attn_pdrop
        self.scale = 1.0 / math.sqrt(nx // config.n_head) if scale else 1.0
        self.c_attn = Linear(3 * nx, nx)
        self.c_proj = Linear(nx, nx)
        self.resid_dropout = nn.Dropout(config.resid_pdrop)
        seen = torch.tril(torch.ones(n_ctx, n_ctx, dtype=torch.bool))
        self.register_buffer("seen", seen.view(1, 1, n_ctx, n_ctx), persistent=False)

    def forward(self, x, layer_past=None, attention_mask=None):
        B, T, C = x.size()
        q, k, v = self.c_attn(x).split(self.n_embd, dim=2)
        k = k.view(B, T, self.n_head, C // self.n_head).transpose(1, 2)
        q = q.view(B, T, self.n_head, C // self.n_head).transpose(1, 2)
        v = v.view(B, T, self.n_head, C // self.n_head).transpose(1, 2)
        if layer_past is not None:
            k = torch.cat((layer_past[0], k), dim=-2)
            v = torch.cat((layer_past[1], v), dim=-2)
        S = k.size(-2)
        simple = layer_past is None and attention_mask is None
        mask = None if simple else self.seen[:, :, S - T : S, :S]  # bool: True may be seen
        if attention_mask is not None:  # a bias may be more than yes and no
            mask = torch.where(mask, attention_mask, torch.finfo(x.dtype).min)
        y = F.scaled_dot_product_attention(
            q,
            k,
            v,
            attn_mask=mask,
            is_causal=simple,
            dropout_p=self.dropout if self.training else 0,
            scale=self.scale,
        )
        y = y.transpose(1, 2).contiguous().view(B, T, C)
        return self.resid_dropout(self.c_proj(y)), [k, v]


class Block(nn.Module):
    def __init__(self, n_ctx, config, scale=False):
        super().__init__()
        self.ln_1 = nn.LayerNorm(config.n_embd, eps=config.layer_norm_epsilon)
        self.attn = Attention(config.n_embd, n_ctx, config, scale)
        self.ln_2 = nn.LayerNorm(config.n_embd, eps=config.layer_norm_epsilon)
        self.mlp = MLP(4 * config.n_embd, config)

    def forward(self, x, layer_past=None, attention_mask=None):
        attn, present = self.attn(self.ln_1(x), layer_past, attention_mask)
        x = x + attn
        x = x + self.mlp(self.ln_2(x))
        return x, present


def init_weights(module):
    if isinstance(module, (Linear, nn.Linear, nn.Embedding)):
        nn.init.normal_(module.weight, mean=0.0, std=0.02)
    if isinstance(module, nn.LayerNorm):
        nn.init.ones_(module.weight)
        nn.init.zeros_(module.bias)


class GPT2Model(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.block_size = config.n_positions
        self.wte = nn.Embedding(config.vocab_size, config.n_embd)
        self.wpe = nn.Embedding(config.n_positions, config.n_embd)
        self.drop = nn.Dropout(config.embd_pdrop)
        blocks = [Block(config.n_positions, config, scale=True) for _ in range(config.n_layer)]
        self.h = nn.ModuleList(blocks)
        self.ln_f = nn.LayerNorm(config.n_embd, eps=config.layer_norm_epsilon)
        self.apply(init_weights)

    def forward(self, input_ids, past=None, attention_mask=None, position_ids=None):
        b, t = input_ids.size()
        p = past[0][0].size(-2) if past is not None else 0
        assert p + t <= self.block_size, f"{p + t} tokens, but the context has {self.block_size}"
        if position_ids is None:
            position_ids = torch.arange(p, p + t, dtype=torch.long, device=input_ids.device)
        x = self.drop(self.wte(input_ids) + self.wpe(position_ids))
        mask = None
        if attention_mask is not None:
            mask = torch.zeros(b, 1, 1, p + t, dtype=x.dtype, device=x.device)
            mask.masked_fill_(attention_mask[:, None, None, :] == 0, torch.finfo(x.dtype).min)
        presents = [None] * len(self.h)
        for i, block in enumerate(self.h):
            x, presents[i] = block(x, past[i] if past is not None else None, mask)
        return self.ln_f(x), presents


class GPT2LMHeadModel(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.transformer = GPT2Model(config)
        self.lm_head = nn.Linear(config.n_embd, config.vocab_size, bias=False)
        self.lm_head.weight = self.transformer.wte.weight
        for name, parameter in self.named_parameters():
            if name.endswith("c_proj.weight"):
                nn.init.normal_(parameter, mean=0.0, std=0.02 / math.sqrt(2 * config.n_layer))

    def forward(self, input_ids, past=None, attention_mask=None, position_ids=None, labels=None):
        x, presents = self.transformer(input_ids, past, attention_mask, position_ids)
        logits = self.lm_head(x)
        if labels is not None:
            shift_logits = logits[..., :-1, :].contiguous()
            shift_labels = labels[..., 1:].contiguous()
            loss = F.cross_entropy(
                shift_logits.view(-1, shift_logits.size(-1)),
                shift_labels.view(-1),
                ignore_index=-100,
            )
        else:
            loss = None
        return loss, logits, presents

    @torch.no_grad()
    def generate(self, input_ids, max_new_tokens, temperature=0.0, top_k=None, eos_token_id=None):
        idx, idx_next, past = input_ids, input_ids, None
        ended = torch.zeros(idx.size(0), dtype=torch.bool, device=idx.device)
        for _ in range(max_new_tokens):
            _, logits, past = self(idx_next, past)
            logits = logits[:, -1, :]
            if temperature == 0.0:
                _, idx_next = torch.max(logits, dim=-1, keepdim=True)
            else:
                logits = logits / temperature
                if top_k is not None:
                    v, _ = torch.topk(logits, min(top_k, logits.size(-1)))
                    logits[logits < v[:, [-1]]] = -float("Inf")
                probs = F.softmax(logits, dim=-1)
                idx_next = torch.multinomial(probs, num_samples=1)
            if eos_token_id is not None:
                idx_next[ended] = eos_token_id
                ended |= idx_next[:, 0] == eos_token_id
            idx = torch.cat((idx, idx_next), dim=1)
            if bool(ended.all()):
                break
        return idx
