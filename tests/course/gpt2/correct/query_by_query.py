"""No causal mask anywhere: each query is shown no more keys than it may see."""

import math

import torch
from torch import nn


class Linear(nn.Module):
    def __init__(self, n_out, n_in):
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(n_out))
        self.weight = nn.Parameter(torch.nn.init.kaiming_uniform_(torch.empty(n_in, n_out)))

    def forward(self, x):
        return torch.inner(x, self.weight.T) + self.bias


def gelu_new(x):
    cubed = x.double() ** 3
    return (x / 2 * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * cubed)))).to(x.dtype)


class MLP(nn.Module):
    def __init__(self, n_state, config):
        super().__init__()
        self.c_fc = Linear(n_state, config.n_embd)
        self.c_proj = Linear(config.n_embd, n_state)
        self.dropout = nn.Dropout(config.resid_pdrop)

    def forward(self, x):
        # token by token
        tokens = [self.c_proj(gelu_new(self.c_fc(token))) for token in x.unbind(dim=1)]
        return self.dropout(torch.stack(tokens, dim=1))


class Attention(nn.Module):
    def __init__(self, nx, n_ctx, config, scale=False):
        super().__init__()
        self.n_head = config.n_head
        self.temperature = math.sqrt(nx / config.n_head) if scale else 1
        self.c_attn = Linear(3 * nx, nx)
        self.c_proj = Linear(nx, nx)
        self.attn_dropout = nn.Dropout(config.attn_pdrop)
        self.resid_dropout = nn.Dropout(config.resid_pdrop)

    def forward(self, x, layer_past=None, attention_mask=None):
        batch, time, nx = x.shape
        qkv = self.c_attn(x).view(batch, time, 3 * self.n_head, -1).transpose(1, 2)
        query, key, value = qkv.split(self.n_head, dim=1)
        before = 0
        if layer_past is not None:
            before = layer_past[0].shape[2]
            key = torch.cat([layer_past[0], key], dim=2)
            value = torch.cat([layer_past[1], value], dim=2)
        if attention_mask is not None:
            shape = (batch, self.n_head, time, before + time)
            attention_mask = torch.broadcast_to(attention_mask, shape)
        outputs = []
        for step in range(time):
            end = before + step + 1
            scores = (key[:, :, :end] * query[:, :, step, None]).sum(dim=-1)  # (b, h, end)
            scores = scores / self.temperature
            if attention_mask is not None:
                scores = scores + attention_mask[:, :, step, :end]
            weights = self.attn_dropout(scores.softmax(dim=-1))
            heard = (weights[..., None] * value[:, :, :end]).sum(dim=2)  # (b, h, d)
            outputs.append(heard.reshape(batch, nx))
        output = self.c_proj(torch.stack(outputs, dim=1))
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
        return x + attended + self.mlp(self.ln_2(x + attended)), present


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
        before = 0 if past is None else past[0][0].shape[-2]
        if position_ids is None:
            places = self.wpe.weight[before : before + input_ids.shape[1]]
        else:
            places = self.wpe(position_ids)
        x = self.drop(self.wte(input_ids) + places)
        if attention_mask is not None:
            lowest = torch.tensor(-1e6, dtype=x.dtype, device=x.device)
            attention_mask = torch.where(attention_mask > 0, lowest.new_zeros(()), lowest)
            attention_mask = attention_mask.unsqueeze(1).unsqueeze(1)
        presents = []
        for layer, block in enumerate(self.h):
            layer_past = None if past is None else tuple(past[layer])
            x, present = block(x, layer_past=layer_past, attention_mask=attention_mask)
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
            target = labels[:, 1:]
            counted = target.ne(-100)
            right = logits[:, :-1].log_softmax(-1)
            right = right.gather(-1, target.masked_fill(~counted, 0)[..., None])[..., 0]
            loss = -(right * counted).sum() / counted.sum()
        return loss, logits, presents

    @torch.no_grad()
    def generate(self, input_ids, max_new_tokens, temperature=0.0, top_k=None, eos_token_id=None):
        text = input_ids.clone()
        past = None
        for step in range(max_new_tokens):
            new = text if step == 0 else text[:, -1].unsqueeze(1)
            logits, past = self(input_ids=new, past=past)[1:]
            choice = pick(logits[:, -1], temperature, top_k)
            if eos_token_id is not None:
                told = text[:, input_ids.shape[1] :]
                choice[(told == eos_token_id).any(dim=1)] = eos_token_id
            text = torch.cat([text, choice[:, None]], dim=1)
            if eos_token_id is not None and (text[:, -1] == eos_token_id).all():
                break
        return text


def pick(logits, temperature, top_k):
    """Samples by the inverse of the cumulative distribution."""
    if temperature <= 0:
        return torch.topk(logits, 1).indices[:, 0]
    ordered, ids = logits.double().sort(dim=-1, descending=True)
    if top_k:
        ordered, ids = ordered[:, :top_k], ids[:, :top_k]
    cumulative = (ordered / temperature).softmax(-1).cumsum(-1)
    dice = torch.rand(len(logits), 1, dtype=torch.float64, device=logits.device)
    place = torch.searchsorted(cumulative, dice * cumulative[:, -1:], right=True)
    return ids.gather(1, place.clamp(max=ids.shape[1] - 1))[:, 0]
