"""No layer or function of torch.nn but Module: norms, dropout, softmax, embedding, loss by hand."""

import math

import torch
from torch.nn import Module, ModuleList, Parameter


class Linear(Module):
    def __init__(self, n_out, n_in):
        super().__init__()
        self.weight = Parameter(torch.randn(n_in, n_out) * 0.02)
        self.bias = Parameter(torch.zeros(n_out))

    def forward(self, x):
        return (x[..., :, None] * self.weight).sum(-2) + self.bias


class Head(Module):
    """A Linear without bias that stores its weight the other way round."""

    def __init__(self, weight):
        super().__init__()
        self.weight = weight

    def forward(self, x):
        return x @ self.weight.T


class Embedding(Module):
    def __init__(self, count, width):
        super().__init__()
        self.weight = Parameter(torch.randn(count, width) * 0.02)

    def forward(self, ids):
        return self.weight[ids]


class LayerNorm(Module):
    def __init__(self, width, eps):
        super().__init__()
        self.weight = Parameter(torch.ones(width))
        self.bias = Parameter(torch.zeros(width))
        self.eps = eps

    def forward(self, x):
        x = x - x.mean(-1, keepdim=True)
        deviation = ((x**2).sum(-1, keepdim=True) / x.shape[-1] + self.eps) ** 0.5
        return x / deviation * self.weight + self.bias


class Dropout(Module):
    def __init__(self, p):
        super().__init__()
        self.p = p

    def forward(self, x):
        if not self.training or self.p == 0:
            return x
        keep = torch.rand(x.shape, device=x.device) >= self.p
        return x * keep / (1 - self.p)


def softmax(x):
    e = (x - x.detach().max(-1, keepdim=True).values).exp()
    return e / e.sum(-1, keepdim=True)


def gelu_new(x):
    y = math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x)
    return x * (1 + torch.tanh(y)) / 2


class MLP(Module):
    def __init__(self, n_state, config):
        super().__init__()
        self.c_fc = Linear(n_state, config.n_embd)
        self.c_proj = Linear(config.n_embd, n_state)
        self.dropout = Dropout(config.resid_pdrop)

    def forward(self, x):
        return self.dropout(self.c_proj(gelu_new(self.c_fc(x))))


class Attention(Module):
    def __init__(self, nx, n_ctx, config, scale=False):
        super().__init__()
        self.shape = (config.n_head, nx // config.n_head)
        self.scale = scale
        self.c_attn = Linear(3 * nx, nx)
        self.c_proj = Linear(nx, nx)
        self.attn_dropout = Dropout(config.attn_pdrop)
        self.resid_dropout = Dropout(config.resid_pdrop)

    def forward(self, x, layer_past=None, attention_mask=None):
        n = x.shape[2]
        everything = self.c_attn(x)
        q, k, v = everything[..., :n], everything[..., n : 2 * n], everything[..., 2 * n :]
        q, k, v = (y.view(*x.shape[:2], *self.shape).permute(0, 2, 1, 3) for y in (q, k, v))
        if layer_past is not None:
            k, v = torch.cat([layer_past[0], k], 2), torch.cat([layer_past[1], v], 2)
        if self.scale:
            q = q / math.sqrt(self.shape[1])
        scores = (q[:, :, :, None] * k[:, :, None]).sum(-1)
        t, total = scores.shape[2:]
        rows, columns = torch.meshgrid(torch.arange(t), torch.arange(total), indexing="ij")
        future = (columns > rows + total - t).to(x.device)
        scores = scores - 1e5 * future
        if attention_mask is not None:
            scores = scores + attention_mask
        weights = self.attn_dropout(softmax(scores))
        output = (weights[..., None] * v[:, :, None]).sum(3).permute(0, 2, 1, 3)
        return self.resid_dropout(self.c_proj(output.reshape(x.shape))), (k, v)


class Block(Module):
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


class GPT2Model(Module):
    def __init__(self, config):
        super().__init__()
        self.wte = Embedding(config.vocab_size, config.n_embd)
        self.wpe = Embedding(config.n_positions, config.n_embd)
        self.drop = Dropout(config.embd_pdrop)
        layers = range(config.n_layer)
        self.h = ModuleList([Block(config.n_positions, config, scale=True) for _ in layers])
        self.ln_f = LayerNorm(config.n_embd, config.layer_norm_epsilon)

    def forward(self, input_ids, past=None, attention_mask=None, position_ids=None):
        p = past[0][0].shape[-2] if past is not None else 0
        if position_ids is None:
            position_ids = torch.arange(p, p + input_ids.shape[1])
        x = self.drop(self.wte(input_ids) + self.wpe(position_ids))
        if attention_mask is not None:
            attention_mask = -1e5 * (attention_mask == 0)[:, None, None].to(x.dtype)
        presents = []
        for i, block in enumerate(self.h):
            x, present = block(x, past[i] if past is not None else None, attention_mask)
            presents.append(present)
        return self.ln_f(x), presents


class GPT2LMHeadModel(Module):
    def __init__(self, config):
        super().__init__()
        self.transformer = GPT2Model(config)
        self.lm_head = Head(self.transformer.wte.weight)

    def forward(self, input_ids, past=None, attention_mask=None, position_ids=None, labels=None):
        hidden, presents = self.transformer(input_ids, past, attention_mask, position_ids)
        logits = self.lm_head(hidden)
        if labels is None:
            return None, logits, presents
        shifted = logits - logits.detach().max(-1, keepdim=True).values
        logs = (shifted - shifted.exp().sum(-1, keepdim=True).log())[:, :-1]
        batch, step = torch.nonzero(labels[:, 1:] != -100, as_tuple=True)
        return -logs[batch, step, labels[batch, step + 1]].mean(), logits, presents

    def generate(self, input_ids, max_new_tokens, temperature=0.0, top_k=None, eos_token_id=None):
        with torch.no_grad():
            return self.write(input_ids, max_new_tokens, temperature, top_k, eos_token_id)

    def write(self, text, count, temperature, top_k, eos):
        ended = torch.zeros(text.shape[0], dtype=torch.bool)
        past, new = None, text
        for _ in range(count):
            _, logits, past = self(new, past)
            scores = logits[:, -1]
            if temperature == 0:
                token = (scores == scores.max(-1, keepdim=True).values).int().argmax(-1)
            else:
                odds = softmax(scores / temperature)
                if top_k is not None:
                    better = (scores[:, None] > scores[:, :, None]).sum(-1)
                    odds = odds * (better < top_k)
                    odds = odds / odds.sum(-1, keepdim=True)
                dice = torch.rand(len(odds), 1, dtype=odds.dtype)
                token = (odds.cumsum(-1) <= dice).sum(-1)
                # rounding may leave the last sum a hair below 1
                token = torch.minimum(
                    token, odds.shape[1] - 1 - odds.flip(-1).gt(0).int().argmax(-1)
                )
            if eos is not None:
                token = torch.where(ended, eos, token)
                ended = ended | (token == eos)
            new = token[:, None]
            text = torch.cat([text, new], 1)
            if ended.all():
                break
        return text
