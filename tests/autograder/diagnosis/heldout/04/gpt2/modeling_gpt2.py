"""GPT-2 in plain PyTorch, top to bottom, with the checkpoint's own names.

In shapes: b batch, t time (the tokens of this call), p past (the tokens in the cache),
h heads, d head_dim, n n_embd = h * d, v vocab_size.
"""

import math

import torch
from torch import nn


class Linear(nn.Module):
    """An affine map that stores its weight as GPT-2's checkpoint does: (n_in, n_out)."""

    def __init__(self, n_out, n_in):
        super().__init__()
        self.weight = nn.Parameter(0.02 * torch.randn((n_in, n_out)))
        self.bias = nn.Parameter(torch.zeros(n_out))

    def forward(self, x):
        return x.matmul(self.weight).add(self.bias)  # (..., n_in) -> (..., n_out)


def gelu_new(x):
    """GPT-2's activation: the tanh approximation of GELU, arXiv 1606.08415, section 2."""
    x3 = x.pow(3)
    t = torch.tanh((2 / math.pi) ** 0.5 * (x + 0.044715 * x3))
    return x.mul(0.5).mul(1 + t)


class MLP(nn.Module):
    """Feed-forward part: wide, bend, narrow."""

    def __init__(self, n_state, config):
        super().__init__()
        nx = config.n_embd
        self.c_fc = Linear(n_state, nx)
        self.c_proj = Linear(nx, n_state)
        self.act = gelu_new
        self.dropout = nn.Dropout(config.resid_pdrop)

    def forward(self, x):
        hidden = self.act(self.c_fc(x))
        hidden = self.dropout(hidden)  # regularise the memory cells
        return self.dropout(self.c_proj(hidden))



class Attention(nn.Module):
    """Causal self-attention with several heads, arXiv 1706.03762, section 3.2, and a cache.

    `layer_past`: None, or key and value of the p earlier tokens, each (b, h, p, d).
    `attention_mask`: None, or numbers added to the scores, broadcastable to (b, h, t, p + t).
    Returns the output (b, t, n) and `present`: key and value of all tokens, (b, h, p + t, d).
    """

    def __init__(self, nx, n_ctx, config, scale=False):
        super().__init__()
        self.n_head = config.n_head
        self.scale = scale  # whether scores are scaled down, as the paper does
        self.c_attn = Linear(3 * nx, nx)  # query, key and value side by side, in this order
        self.c_proj = Linear(nx, nx)
        self.attn_dropout = nn.Dropout(config.attn_pdrop)
        self.resid_dropout = nn.Dropout(config.resid_pdrop)
        visible = torch.ones(n_ctx, n_ctx, dtype=torch.bool).tril()
        self.register_buffer("visible", visible, persistent=False)  # no part of the checkpoint

    def split_heads(self, x):  # (b, t, n) -> (b, h, t, d)
        b, t, _ = x.shape
        return x.view(b, t, self.n_head, -1).transpose(1, 2)

    def merge_heads(self, x):  # (b, h, t, d) -> (b, t, n)
        b, _, t, _ = x.shape
        return x.transpose(1, 2).contiguous().view(b, t, -1)

    def attend(self, query, key, value, attention_mask):
        scores = query.matmul(key.transpose(2, 3))  # (b, h, t, p + t)
        if self.scale:
            scores = scores.div(query.size(-1) ** 0.5)
        if attention_mask is not None:
            scores = scores.add(attention_mask)
        t, total = scores.shape[-2:]  # total = p + t: the queries are the last t of all tokens
        visible = self.visible.narrow(0, total - t, t).narrow(1, 0, total)  # (t, p + t)
        scores = scores.masked_fill(visible.logical_not(), -1e9)
        weights = self.attn_dropout(scores.softmax(-1))
        return self.merge_heads(weights @ value)  # (b, t, n)

    def forward(self, x, layer_past=None, attention_mask=None):
        query, key, value = map(self.split_heads, self.c_attn(x).chunk(3, dim=-1))  # (b, h, t, d)
        if layer_past is not None:
            key = torch.cat((layer_past[0], key), -2)
            value = torch.cat((layer_past[1], value), -2)
        output = self.c_proj(self.attend(query, key, value, attention_mask))
        return self.resid_dropout(output), (key, value)


class Block(nn.Module):
    """One layer, put together as section 2.3 of the GPT-2 paper says; called as Attention is."""

    def __init__(self, n_ctx, config, scale=False):
        super().__init__()
        nx = config.n_embd
        self.ln_1 = nn.LayerNorm(nx, eps=config.layer_norm_epsilon)
        self.attn = Attention(nx, n_ctx, config, scale)
        self.ln_2 = nn.LayerNorm(nx, eps=config.layer_norm_epsilon)
        self.mlp = MLP(4 * nx, config)

    def forward(self, x, layer_past=None, attention_mask=None):
        attended, present = self.attn(self.ln_1(x), layer_past, attention_mask)
        x = attended + x
        x = self.mlp(self.ln_2(x)) + x
        return x, present


class GPT2Model(nn.Module):
    """Embeddings, the Blocks with scaled attention, a last norm.

    `input_ids` (b, t); `past`: None, or one `layer_past` a Block;
    `attention_mask`: None, or (b, p + t) with 1 for real tokens and 0 for padding;
    `position_ids`: None, which means p ... p + t - 1, or (b, t).
    Returns the hidden states (b, t, n) and the list of each Block's `present`.
    """

    def __init__(self, config):
        super().__init__()
        nx, n_ctx = config.n_embd, config.n_positions
        self.wte = nn.Embedding(config.vocab_size, nx)
        self.wpe = nn.Embedding(n_ctx, nx)
        self.drop = nn.Dropout(config.embd_pdrop)
        self.h = nn.ModuleList(Block(n_ctx, config, scale=True) for _ in range(config.n_layer))
        self.ln_f = nn.LayerNorm(nx, eps=config.layer_norm_epsilon)

    def forward(self, input_ids, past=None, attention_mask=None, position_ids=None):
        past = [None] * len(self.h) if past is None else past
        p = 0 if past[0] is None else past[0][0].shape[-2]
        if position_ids is None:
            position_ids = torch.arange(p, p + input_ids.shape[-1], device=input_ids.device)
        x = self.drop(self.wte(input_ids).add(self.wpe(position_ids)))  # (b, t, n)
        if attention_mask is not None:
            attention_mask = attention_mask.eq(0).to(x.dtype).mul(-1e9)[:, None, None]
        presents = []
        for block, layer_past in zip(self.h, past, strict=True):
            x, present = block(x, layer_past, attention_mask)
            presents.append(present)
        return self.ln_f(x), presents


def next_token(logits, temperature, top_k):
    """Greedy for temperature 0, else sampling from the k best."""
    if temperature == 0:
        return torch.argmax(logits, -1)
    vocab = logits.shape[-1]
    k = vocab if top_k is None else min(top_k, vocab)
    best, ids = torch.topk(logits, k, dim=-1)
    best = best - best[:, 0:1]
    # a high temperature makes the text wilder
    probs = torch.softmax(best * temperature, dim=-1)
    pick = torch.multinomial(probs, num_samples=1)
    return torch.gather(ids, 1, pick)[:, 0]



class GPT2LMHeadModel(nn.Module):
    """GPT-2 as a language model: its head scores tokens with the token embeddings (tied)."""

    def __init__(self, config):
        super().__init__()
        self.transformer = GPT2Model(config)
        self.lm_head = nn.Linear(config.n_embd, config.vocab_size, bias=False)
        self.lm_head.weight = self.transformer.wte.weight

    def forward(self, input_ids, past=None, attention_mask=None, position_ids=None, labels=None):
        """Returns (loss or None, logits (b, t, v), presents); labels (b, t), -100 is ignored."""
        hidden, presents = self.transformer(input_ids, past, attention_mask, position_ids)
        logits = self.lm_head(hidden)
        if labels is None:
            return None, logits, presents
        predicted = logits[:, :-1].flatten(0, 1)  # (b * (t - 1), v)
        target = labels[:, 1:].flatten()  # each position predicts the token after it
        return nn.functional.cross_entropy(predicted, target, ignore_index=-100), logits, presents

    @torch.no_grad()
    def generate(self, input_ids, max_new_tokens, temperature=0.0, top_k=None, eos_token_id=None):
        """Returns prompt and new tokens; a row that has produced eos goes on with eos."""
        ended = torch.zeros_like(input_ids[:, 0], dtype=torch.bool)  # (b,)
        past, new = None, input_ids
        for _ in range(max_new_tokens):
            _, logits, past = self(new, past)
            token = next_token(logits[:, -1], temperature, top_k)  # (b,)
            if eos_token_id is not None:
                token = torch.where(ended, torch.full_like(token, eos_token_id), token)
                ended = ended.logical_or(token.eq(eos_token_id))
            new = token[:, None]  # (b, 1): all that the cache doesn't hold yet
            input_ids = torch.cat((input_ids, new), dim=1)
            if ended.all():
                break
        return input_ids
