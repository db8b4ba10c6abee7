"""Inherits from torch's own layers: nn.Linear, nn.Sequential, nn.ModuleDict, nn.Embedding."""

import math
from collections import OrderedDict
from functools import lru_cache, partial, reduce

import torch
from torch import nn


class Linear(nn.Linear):
    def __init__(self, n_out, n_in):
        super().__init__(n_out, n_in, bias=False)  # weight: (n_in, n_out)
        self.bias = nn.Parameter(torch.zeros(n_out))

    def forward(self, x):
        return nn.functional.linear(x, self.weight.t(), self.bias)


gelu_new = partial(nn.functional.gelu, approximate="tanh")


class MLP(nn.Sequential):
    def __init__(self, n_state, config):
        parts = OrderedDict()
        parts["c_fc"] = Linear(n_state, config.n_embd)
        parts["act"] = nn.GELU(approximate="tanh")
        parts["c_proj"] = Linear(config.n_embd, n_state)
        parts["dropout"] = nn.Dropout(config.resid_pdrop)
        super().__init__(parts)


@lru_cache(maxsize=8)
def lower_triangle(time, total):
    return torch.ones(time, total).tril(total - time).log()  # 0 and -inf


class Attention(nn.ModuleDict):
    def __init__(self, nx, n_ctx, config, scale=False):
        super().__init__({
            "c_attn": Linear(nx * 3, nx),
            "c_proj": Linear(nx, nx),
            "attn_dropout": nn.Dropout(config.attn_pdrop),
            "resid_dropout": nn.Dropout(config.resid_pdrop),
        })  # fmt: skip
        self.split = nn.Unflatten(2, (config.n_head, nx // config.n_head))
        self.scale = math.sqrt(nx // config.n_head) if scale else 1

    def forward(self, x, layer_past=None, attention_mask=None):
        parts = self["c_attn"](x).split(x.shape[-1], dim=-1)
        query, *present = (self.split(part).transpose(1, 2) for part in parts)
        if layer_past is not None:
            present = [torch.cat(pair, dim=2) for pair in zip(layer_past, present, strict=True)]
        key, value = present
        scores = query @ key.transpose(2, 3) / self.scale
        biases = [lower_triangle(*scores.shape[2:]).to(scores), attention_mask]
        scores = reduce(torch.add, (bias for bias in biases if bias is not None), scores)
        weights = self["attn_dropout"](nn.Softmax(dim=-1)(scores))
        return self["resid_dropout"](
            self["c_proj"]((weights @ value).transpose(1, 2).flatten(2))
        ), present


class Block(nn.Module):
    def __init__(self, n_ctx, config, scale=False):
        super().__init__()
        norm = partial(nn.LayerNorm, config.n_embd, config.layer_norm_epsilon)
        self.ln_1, self.ln_2 = norm(), norm()
        self.attn = Attention(config.n_embd, n_ctx, config, scale)
        self.mlp = MLP(4 * config.n_embd, config)

    def forward(self, x, layer_past=None, attention_mask=None):
        heard, present = self.attn(self.ln_1(x), layer_past, attention_mask)
        x = x + heard
        return x + self.mlp(self.ln_2(x)), present


class PositionEmbedding(nn.Embedding):
    def forward(self, places, start=0, end=0):
        return self.weight[start:end] if places is None else super().forward(places)


class GPT2Model(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.wte = nn.Embedding(config.vocab_size, config.n_embd)
        self.wpe = PositionEmbedding(config.n_positions, config.n_embd)
        self.drop = nn.Dropout(config.embd_pdrop)
        self.h = nn.ModuleList()
        self.h.extend(Block(config.n_positions, config, True) for _ in range(config.n_layer))
        self.ln_f = nn.LayerNorm(config.n_embd, config.layer_norm_epsilon)

    def forward(self, input_ids, past=None, attention_mask=None, position_ids=None):
        start = past[0][1].shape[-2] if past is not None else 0
        places = self.wpe(position_ids, start=start, end=start + input_ids.shape[1])
        x = self.drop(self.wte(input_ids) + places)
        if attention_mask is not None:
            attention_mask = nn.functional.threshold(attention_mask.to(x), 0.5, -1e9) - 1
            attention_mask = attention_mask[:, None, None]  # 0 or -1e9 - 1
        presents = []
        for index, block in enumerate(self.h):
            x, present = block(x, past[index] if past is not None else None, attention_mask)
            presents.append(present)
        return self.ln_f(x), presents


class GPT2LMHeadModel(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.transformer = GPT2Model(config)
        self.lm_head = nn.Linear(config.n_embd, config.vocab_size, bias=False)
        del self.lm_head.weight
        self.lm_head.register_parameter("weight", self.transformer.wte.weight)

    def forward(self, input_ids, past=None, attention_mask=None, position_ids=None, labels=None):
        hidden, presents = self.transformer(input_ids, past, attention_mask, position_ids)
        logits = self.lm_head(hidden)
        if labels is None:
            return None, logits, presents
        criterion = nn.NLLLoss(ignore_index=-100)
        logs = nn.LogSoftmax(dim=-1)(logits.to(torch.float64))
        return criterion(logs[:, :-1].permute(0, 2, 1), labels[:, 1:]), logits, presents

    @torch.no_grad()
    def generate(self, input_ids, max_new_tokens, temperature=0.0, top_k=None, eos_token_id=None):
        choose = partial(self.choose, temperature=temperature, top_k=top_k)
        tokens = [*input_ids.unbind(dim=1)]
        ended, past = torch.zeros_like(tokens[0]).bool(), None
        for _ in range(max_new_tokens):
            new = input_ids if past is None else tokens[-1].unsqueeze(-1)
            _, logits, past = self.forward(new, past)
            token = choose(logits[:, -1])
            if eos_token_id is not None:
                token = torch.where(ended, torch.tensor(eos_token_id), token)
                ended = torch.logical_or(ended, token == eos_token_id)
            tokens.append(token)
            if ended.all().item():
                break
        return torch.stack(tokens, dim=1)

    def choose(self, logits, temperature, top_k):
        if temperature == 0:
            return logits.argmax(dim=-1)
        values, ids = logits.sort(dim=-1, descending=True)
        values, ids = values[..., :top_k], ids[..., :top_k]
        which = torch.multinomial(nn.functional.softmax(values / temperature, dim=-1), 1)
        return torch.take_along_dim(ids, which, dim=-1).squeeze(-1)
