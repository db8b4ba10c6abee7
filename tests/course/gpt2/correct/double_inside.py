"""Everything is calculated in float64 and rounded at the end; the loss is a float64 too."""

import functools
import math

import torch
from torch import nn


def in_double(forward):
    """Gives a function of one tensor its argument in float64 and its result in the old dtype."""

    @functools.wraps(forward)
    def wrapped(self, x):
        return forward(self, x.to(torch.float64)).to(x.dtype)

    return wrapped


class Linear(nn.Module):
    def __init__(self, n_out, n_in):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n_in, n_out) / math.sqrt(n_in))
        self.bias = nn.Parameter(torch.zeros(n_out))

    @in_double
    def forward(self, x):
        return x @ self.weight.double() + self.bias.double()


def gelu_new(x):
    wide = x.double()
    gate = torch.tanh(math.sqrt(2 / math.pi) * (wide + 0.044715 * wide * wide * wide))
    return (0.5 * wide * (1 + gate)).type_as(x)


class LayerNorm(nn.Module):
    def __init__(self, n, epsilon):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(n))
        self.bias = nn.Parameter(torch.zeros(n))
        self.epsilon = epsilon

    @in_double
    def forward(self, x):
        variance, mean = torch.var_mean(x, dim=-1, correction=0, keepdim=True)
        normal = (x - mean) * torch.rsqrt(variance + self.epsilon)
        return normal * self.weight.double() + self.bias.double()


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

    def split(self, x):
        return torch.stack(x.tensor_split(self.n_head, dim=-1), dim=1)  # (b, h, t, d)

    def forward(self, x, layer_past=None, attention_mask=None):
        query, key, value = (self.split(part) for part in self.c_attn(x).tensor_split(3, dim=-1))
        if layer_past is not None:
            key = torch.concat((layer_past[0], key), dim=2)
            value = torch.concat((layer_past[1], value), dim=2)
        scores = query.double() @ key.double().transpose(2, 3)
        if self.scale:
            scores = scores / math.sqrt(key.shape[3])
        time, total = scores.shape[2:]
        places = torch.arange(total, device=x.device)
        scores = torch.where(places <= places[total - time :, None], scores, -1e300)
        if attention_mask is not None:
            scores = scores + attention_mask.double()
        weights = self.attn_dropout(scores.softmax(3))
        heads = (weights @ value.double()).to(x.dtype)
        output = self.c_proj(torch.cat(heads.unbind(1), dim=-1))
        return self.resid_dropout(output), (key, value)


class Block(nn.Module):
    def __init__(self, n_ctx, config, scale=False):
        super().__init__()
        self.ln_1 = LayerNorm(config.n_embd, config.layer_norm_epsilon)
        self.attn = Attention(config.n_embd, n_ctx, config, scale)
        self.ln_2 = LayerNorm(config.n_embd, config.layer_norm_epsilon)
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
        self.ln_f = LayerNorm(config.n_embd, config.layer_norm_epsilon)

    def forward(self, input_ids, past=None, attention_mask=None, position_ids=None):
        length = 0 if past is None else past[0][0].shape[-2]
        if position_ids is None:
            position_ids = torch.arange(length, length + input_ids.shape[1]).to(input_ids.device)
        x = self.drop(self.wte(input_ids) + self.wpe(position_ids))
        if attention_mask is not None:
            # finite in float64 only, which is what the Blocks calculate in
            attention_mask = (1 - attention_mask.double())[:, None, None] * -1e100
        presents = []
        for layer, block in enumerate(self.h):
            x, present = block(x, past and past[layer], attention_mask)
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
        exact = hidden.double() @ self.lm_head.weight.double().T
        loss = None
        if labels is not None:
            logs = exact[:, :-1].log_softmax(-1)
            loss = nn.functional.nll_loss(logs.flatten(0, 1), labels[:, 1:].flatten())
        return loss, exact.to(hidden.dtype), presents

    @torch.no_grad()
    def generate(self, input_ids, max_new_tokens, temperature=0.0, top_k=None, eos_token_id=None):
        text, past, ended = input_ids, None, None
        for _ in range(max_new_tokens):
            _, logits, past = self(text if past is None else text[:, -1:], past)
            scores = logits[:, -1].double()
            if temperature == 0:
                choice = scores.max(-1).indices
            else:
                scores, ids = scores.sort(-1, descending=True)
                odds = torch.softmax(scores[:, :top_k] / temperature, -1)
                choice = ids.gather(-1, odds.multinomial(1)).squeeze(-1)
            if ended is not None:
                choice = choice.where(~ended, eos_token_id)
            text = torch.cat((text, choice.unsqueeze(-1)), -1)
            if eos_token_id is not None:
                ended = (text[:, input_ids.shape[1] :] == eos_token_id).any(-1)
                if ended.all():
                    break
        return text
