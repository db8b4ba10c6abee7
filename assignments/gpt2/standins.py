"""Simple functions in the place of GPT-2's parts, so that each exercise is tested alone.

A Block is tested around these instead of around a student's own attention and MLP, and the
grader puts the same ones into Hugging Face's Block. They use all that they are given (also
when they are made), and none of them is the answer to an exercise.
"""

import torch
from torch import nn


class StandInAttention(nn.Module):
    """Called as Attention is. `present` is two tensors (batch, 1, time, nx)."""

    def __init__(self, nx, n_ctx, config, scale=False):
        super().__init__()
        self.pitch = nn.Parameter(torch.zeros(nx))
        self.phase = nn.Parameter(torch.zeros(nx))
        self.loudness = n_ctx / 8 + (3.0 if scale else 0.0)

    def forward(self, x, layer_past=None, attention_mask=None):
        tone = torch.sin(self.pitch * x + self.phase)
        echo = tone.cumsum(1)  # of all tokens so far
        if layer_past is not None:
            early, late = layer_past
            echo = echo + early.mean(dim=(1, 2))[:, None] - 2 * late.mean(dim=(1, 2))[:, None]
        if attention_mask is not None:
            echo = echo * (2 + attention_mask.clamp(-3, 3).mean(dim=(1, 3))[..., None])
        return self.loudness * echo, (tone.unsqueeze(1), echo.unsqueeze(1))


class StandInMLP(nn.Module):
    """Called as MLP is."""

    def __init__(self, n_state, config):
        super().__init__()
        self.pitch = nn.Parameter(torch.zeros(config.n_embd))
        self.loudness = n_state / 16

    def forward(self, x):
        return self.loudness * torch.cos(self.pitch * x.flip(-1))


class StandInBlock(nn.Module):
    """Adds to each token what the visible tokens up to it have left behind.

    Has the signature of a Block, and one parameter `gain` (n_embd,) that tells layers apart. Is
    causal by itself, uses x, the past and the mask, and more strongly without `scale`. Its present
    is a stacked pair (2, batch, 1, past+time, n_embd). Accepts every correct way to use a Block:
    the past as any sequence of two; the mask as None or as numbers that broadcast to (batch, head,
    time, past+time), with or without the causal part in it. A token is hidden where its number is
    500 or more below the row's largest, whatever the constant. `given` is the last x.
    """

    def __init__(self, n_ctx, config, scale=False):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(config.n_embd))
        self.n_ctx, self.n_head = n_ctx, config.n_head
        self.strength = 0.3 if scale else 2.0
        self.given = None

    def forward(self, x, layer_past=None, attention_mask=None):
        self.given = x
        present = torch.stack((x * self.gain, x.flip(-1))).unsqueeze(2)
        if layer_past is not None:
            present = torch.cat((torch.stack(tuple(layer_past)), present), dim=-2)
        batch, time, total = len(x), x.size(1), present.size(-2)
        if total > self.n_ctx:
            raise ValueError(f"a Block made for n_ctx={self.n_ctx} is given {total} tokens")
        left = (present[0].sin() * present[1]).unsqueeze(2)  # (batch, 1, 1, total, n_embd)
        if attention_mask is not None:
            mask = attention_mask.expand(batch, self.n_head, time, total)
            seen = (mask > mask.amax(-1, keepdim=True) - 500).all(1, keepdim=True)
            left = left * seen.unsqueeze(-1)
        sums = left.expand(-1, -1, time, -1, -1).cumsum(3)  # (batch, 1, time, total, n_embd)
        heard = sums.diagonal(total - time, 2, 3)[:, 0].mT  # each token's sum at its own place
        return x + self.strength * heard, present


class Places(nn.Module):
    """As much of an Embedding of positions as a head may ask for: how many there are."""

    def __init__(self, num_embeddings):
        super().__init__()
        self.num_embeddings = num_embeddings


class StandInTransformer(nn.Module):
    """A GPT2Model whose hidden states rank the tokens by a check digit, as an ISBN has one.

    The digit sums one and token times place over the text so far, modulo vocab_size, a prime.
    Another token anywhere, or two that change places, give another digit, and so does each further
    token, nearly always: greedy text never settles down.
    After any text the ranks are the same numbers in another order, `STEP` apart. Where the rows of
    wte are orthonormal, they are the logits of a tied head. One parameter, `wte`; other parts are
    there for those who count them. Takes the past as presents or as Nones, a mask of 1 and 0 in any
    dtype. `fed` holds each call's number of tokens.
    """

    STEP = 0.25

    def __init__(self, config):
        super().__init__()
        self.wte = nn.Embedding(config.vocab_size, config.n_embd)
        self.wpe = Places(config.n_positions)
        self.h = nn.ModuleList(nn.Identity() for _ in range(config.n_layer))
        self.drop = self.ln_f = nn.Identity()
        self.fed = []

    def forward(self, input_ids, past=None, attention_mask=None, position_ids=None):
        ranks, presents = self.rank(input_ids, past, attention_mask, position_ids)
        return ranks @ self.wte.weight, presents

    def rank(self, input_ids, past=None, attention_mask=None, position_ids=None):
        """What `forward` gives, but the tokens' numbers (batch, time, vocab_size) for hidden."""
        self.fed.append(input_ids.size(1))
        cached = [] if past is None or past[0] is None else [torch.stack(tuple(past[0]))]
        before = sum(pair.size(-2) for pair in cached)
        if position_ids is None:
            position_ids = torch.ones_like(input_ids).cumsum(1) + (before - 1)
        marks = torch.stack((input_ids * (position_ids + 1) + 1, -input_ids))
        marks = marks.to(self.wte.weight.dtype)[:, :, None, :, None]  # (2, batch, 1, time, 1)
        present = torch.cat((*cached, marks), dim=-2)
        counted = present[0, :, 0, :, 0]  # (batch, past+time)
        if attention_mask is not None:
            counted = counted * attention_mask
        digits = counted.cumsum(1)[:, before:]
        size = self.wte.num_embeddings
        digits = digits % size
        digits = digits * digits * digits  # or else all rows of text would meet at some place
        ranks = (digits[..., None] + 5 * torch.arange(size, device=input_ids.device)) % size
        return self.STEP * ranks, [present] * len(self.h)

    def speak(self, input_ids, past=None, attention_mask=None, position_ids=None, labels=None):
        """A language model's whole `forward` around this transformer, less the loss."""
        return None, *self.rank(input_ids, past, attention_mask, position_ids)
