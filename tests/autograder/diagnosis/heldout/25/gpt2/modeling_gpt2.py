"""GPT-2 in plain PyTorch, top to bottom, with the checkpoint's own names.

In shapes: b batch, t time (the tokens of this call), p past (the tokens in the cache),
h heads, d head_dim, n n_embd = h * d, v vocab_size.
"""

import math

import torch
from torch import nn


class Linear(nn.Module):
    def __init__(self, n_out, n_in):
        super().__init__()
        self.weight = nn.Parameter(torch.normal(0.0, 0.02, size=(n_in, n_out)))
        self.bias = nn.Parameter(torch.zeros(n_out))

    def forward(self, x):
        flat = x.reshape(-1, x.shape[-1])
        y = torch.mm(flat, self.weight) + self.bias
        return y.reshape(x.shape[:-1] + (y.shape[-1],))



def gelu_new(x):
    """0.5 x (1 + tanh u) is the same as x * sigmoid(2u)"""
    u = math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)
    return x * torch.sigmoid(2 * u)



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
        self.h, self.d = config.n_head, nx // config.n_head
        self.factor = 1 / math.sqrt(self.d) if scale else 1.0
        self.c_attn = Linear(3 * nx, nx)
        self.c_proj = Linear(nx, nx)
        self.attn_dropout = nn.Dropout(config.attn_pdrop)
        self.resid_dropout = nn.Dropout(config.resid_pdrop)

    def forward(self, x, layer_past=None, attention_mask=None):
        b, t, n = x.shape
        cut = lambda z: z.reshape(b, t, self.h, self.d).transpose(1, 2)  # noqa: E731
        q, k, v = [cut(z) for z in torch.split(self.c_attn(x), n, dim=-1)]
        if layer_past is not None:
            k, v = torch.cat((layer_past[0], k), dim=2), torch.cat((layer_past[1], v), dim=2)
        s = k.shape[2]
        causal = torch.arange(s, device=x.device) > torch.arange(s - t, s, device=x.device)[:, None]
        a = self.factor * torch.einsum("bhtd,bhsd->bhts", q, k)
        a = a + (0 if attention_mask is None else attention_mask)
        a = a.masked_fill(causal, -1e9)
        e = torch.exp(a - a.amax(dim=-1, keepdim=True))  # softmax by hand
        w = self.attn_dropout(e / e.sum(dim=-1, keepdim=True))
        y = torch.einsum("bhts,bhsd->bthd", w, v).reshape(b, t, n)
        return self.resid_dropout(self.c_proj(y)), (k, v)



class Block(nn.Module):
    def __init__(self, n_ctx, config, scale=False):
        super().__init__()
        nx = config.n_embd
        self.ln_1 = nn.LayerNorm(nx, eps=config.layer_norm_epsilon)
        self.attn = Attention(nx, n_ctx, config, scale)
        self.ln_2 = nn.LayerNorm(nx, eps=config.layer_norm_epsilon)
        self.mlp = MLP(4 * nx, config)

    def forward(self, x, layer_past=None, attention_mask=None):
        a, present = self.attn(self.ln_1(x), layer_past, attention_mask)
        y = x + a
        return y + self.mlp(self.ln_2(y)), present



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
        p = 0 if past[0] is None else past[0][0].shape[2]
        if position_ids is None:
            position_ids = torch.arange(p, p + input_ids.shape[1], device=input_ids.device)
        x = self.drop(self.wte(input_ids) + self.wpe(position_ids))  # (b, t, n)
        if attention_mask is not None:
            attention_mask = (1 - attention_mask[:, None, None, :].to(x.dtype)) * -1e9
        presents = []
        for block, layer_past in zip(self.h, past, strict=True):
            x, present = block(x, layer_past, attention_mask)
            presents.append(present)
        return self.ln_f(x), presents


def next_token(logits, temperature, top_k):
    """One token a row, (b, v) -> (b,): the likeliest at temperature 0, else a draw of the top k."""
    if temperature == 0:
        return logits.argmax(dim=-1)
    k = logits.size(-1) if top_k is None else min(top_k, logits.size(-1))
    top, ids = logits.topk(k, dim=-1)  # (b, k), the largest first
    weights = ((top - top[:, :1]) / temperature).softmax(dim=-1)  # shifted, lest it overflow
    return ids.gather(-1, torch.multinomial(weights, 1)).squeeze(-1)


def negative_log_likelihood(scores, target):
    """Cross-entropy by hand: -log softmax at the right token, averaged."""
    counts = target != -100
    log_probs = scores - scores.logsumexp(dim=-1, keepdim=True)
    safe = target.masked_fill(~counts, 0)
    nll = -log_probs.gather(-1, safe[:, None])[:, 0]
    nll = nll * counts  # a label of -100 adds nothing
    return nll.mean()


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
        return negative_log_likelihood(predicted, target), logits, presents

    @torch.no_grad()
    def generate(self, input_ids, max_new_tokens, temperature=0.0, top_k=None, eos_token_id=None):
        """Returns prompt and new tokens; a row that has produced eos goes on with eos."""
        ended = torch.zeros_like(input_ids[:, 0], dtype=torch.bool)  # (b,)
        past, new = None, input_ids
        for _ in range(max_new_tokens):
            _, logits, past = self(new, past)
            token = next_token(logits[:, -1], temperature, top_k)  # (b,)
            if eos_token_id is not None:
                token = torch.where(ended, eos_token_id, token)
                ended = ended | (token == eos_token_id)
            new = token[:, None]  # (b, 1): all that the cache doesn't hold yet
            input_ids = torch.cat((input_ids, new), dim=1)
            if ended.all():
                break
        return input_ids
