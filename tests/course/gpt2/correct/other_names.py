"""Classes under names of their own, the required ones only as aliases at the end."""

import math as m

import torch as th
import torch.nn.functional as fn
from torch import nn as nnet


class Affine(nnet.Module):
    def __init__(self, n_out, n_in):
        super().__init__()
        self.register_parameter("weight", nnet.Parameter(0.02 * th.randn(n_in, n_out)))
        self.register_parameter("bias", nnet.Parameter(th.zeros(n_out)))

    def forward(self, vectors):
        return fn.linear(vectors, self.weight.mT, self.bias)


def smooth_relu(z):
    return z.mul(0.5).mul(1 + th.tanh(m.sqrt(2 / m.pi) * (z + 0.044715 * z * z.square())))


class FeedForward(nnet.Module):
    def __init__(self, inner, cfg):
        super().__init__()
        self.c_fc, self.c_proj = Affine(inner, cfg.n_embd), Affine(cfg.n_embd, inner)
        self.rest = nnet.Dropout(cfg.resid_pdrop)

    def forward(self, vectors):
        memories = smooth_relu(self.c_fc(vectors))
        return self.rest(self.c_proj(memories))


class SelfAttention(nnet.Module):
    def __init__(self, width, context, cfg, divide=False):
        super().__init__()
        self.cfg, self.divide = cfg, divide
        self.c_attn, self.c_proj = Affine(3 * width, width), Affine(width, width)
        self.attn_drop, self.out_drop = nnet.Dropout(cfg.attn_pdrop), nnet.Dropout(cfg.resid_pdrop)

    def heads(self, vectors):
        rows = vectors.unflatten(-1, (self.cfg.n_head, vectors.size(-1) // self.cfg.n_head))
        return rows.permute(0, 2, 1, 3)

    def forward(self, vectors, layer_past=None, attention_mask=None):
        asked, offered, told = (self.heads(part) for part in self.c_attn(vectors).chunk(3, dim=-1))
        if layer_past is not None:
            offered = th.cat((layer_past[0], offered), dim=-2)
            told = th.cat((layer_past[1], told), dim=-2)
        if self.divide:
            root = m.sqrt(m.sqrt(asked.size(-1)))  # half of it to each side
            match = (asked / root) @ (offered / root).mT
        else:
            match = asked @ offered.mT
        new, every = match.shape[-2:]
        late = th.ones(every, every, dtype=th.bool, device=match.device).triu(1)[-new:]
        match = th.where(late, match.new_tensor(-1e10), match)
        if attention_mask is not None:
            match = match + attention_mask
        mixed = self.attn_drop(match.softmax(-1)) @ told
        return self.out_drop(self.c_proj(mixed.permute(0, 2, 1, 3).flatten(-2))), (offered, told)


class Layer(nnet.Module):
    def __init__(self, context, cfg, divide=False):
        super().__init__()
        norms = [nnet.LayerNorm(cfg.n_embd, eps=cfg.layer_norm_epsilon) for _ in range(2)]
        self.ln_1, self.ln_2 = norms
        self.attn = SelfAttention(cfg.n_embd, context, cfg, divide)
        self.mlp = FeedForward(4 * cfg.n_embd, cfg)

    def forward(self, stream, layer_past=None, attention_mask=None):
        heard, kept = self.attn(self.ln_1(stream), layer_past, attention_mask)
        stream = stream + heard
        return stream + self.mlp(self.ln_2(stream)), kept


class Body(nnet.Module):
    def __init__(self, cfg):
        super().__init__()
        self.wte = nnet.Embedding(cfg.vocab_size, cfg.n_embd)
        self.wpe = nnet.Embedding(cfg.n_positions, cfg.n_embd)
        self.drop = nnet.Dropout(cfg.embd_pdrop)
        self.h = nnet.ModuleList(Layer(cfg.n_positions, cfg, True) for _ in range(cfg.n_layer))
        self.ln_f = nnet.LayerNorm(cfg.n_embd, eps=cfg.layer_norm_epsilon)

    def forward(self, input_ids, past=None, attention_mask=None, position_ids=None):
        pasts = [None] * len(self.h) if past is None else past
        known = 0 if pasts[0] is None else pasts[0][0].shape[-2]
        if position_ids is None:
            position_ids = th.arange(known, known + input_ids.size(-1), device=input_ids.device)
        stream = self.drop(fn.embedding(input_ids, self.wte.weight) + self.wpe(position_ids))
        if attention_mask is not None:
            attention_mask = attention_mask.to(stream.dtype).log().clamp(min=-1e8)  # log 0, log 1
            attention_mask = attention_mask.unflatten(1, (1, 1, -1))
        kept = []
        for layer, before in zip(self.h, pasts, strict=True):
            stream, present = layer(stream, before, attention_mask)
            kept.append(present)
        return self.ln_f(stream), tuple(kept)


class Writer(nnet.Module):
    def __init__(self, cfg):
        super().__init__()
        self.transformer = Body(cfg)
        self.lm_head = nnet.Linear(cfg.n_embd, cfg.vocab_size, bias=False)
        self.lm_head.weight = self.transformer.wte.weight

    def forward(self, input_ids, past=None, attention_mask=None, position_ids=None, labels=None):
        states, kept = self.transformer(input_ids, past, attention_mask, position_ids)
        logits = fn.linear(states, self.transformer.wte.weight)
        if labels is None:
            return None, logits, kept
        before, after = (
            logits.narrow(1, 0, logits.size(1) - 1),
            labels.narrow(1, 1, labels.size(1) - 1),
        )
        return fn.cross_entropy(before.flatten(0, 1), after.flatten()), logits, kept

    @th.no_grad()
    def write(self, input_ids, max_new_tokens, temperature=0.0, top_k=None, eos_token_id=None):
        end = -1 if eos_token_id is None else eos_token_id  # no token is -1
        over = th.zeros_like(input_ids[:, :1], dtype=th.bool)
        words, memory = [input_ids], None
        for _ in range(max_new_tokens):
            _, scores, memory = self(words[-1], memory)
            word = self.next_word(scores[:, -1], temperature, top_k)
            word = th.where(over, end, word)
            over = over | (word == end)
            words.append(word)
            if over.all():
                break
        return th.cat(words, dim=-1)

    @staticmethod
    def next_word(scores, temperature, top_k):
        if temperature == 0:
            return scores.argmax(-1, keepdim=True)
        best, names = scores.topk(scores.size(-1) if top_k is None else min(top_k, scores.size(-1)))
        return names.gather(-1, fn.softmax(best / temperature, dim=-1).multinomial(1))

    generate = write


Linear = Affine
gelu_new = smooth_relu
MLP = FeedForward
Attention = SelfAttention
Block = Layer
GPT2Model = Body
GPT2LMHeadModel = Writer
