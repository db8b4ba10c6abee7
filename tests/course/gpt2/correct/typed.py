"""Typed from top to bottom: dataclasses, a NamedTuple for the present, an Enum, a Protocol."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Protocol, TypeAlias, cast, runtime_checkable

import torch
import torch.nn.functional as F
from torch import FloatTensor, LongTensor, Tensor, nn

IGNORED: Final = -100
Past: TypeAlias = "Sequence[Present | None]"


class Present(NamedTuple):
    key: Tensor  # (batch, head, time, head_dim)
    value: Tensor

    def after(self, past: Iterable[Tensor]) -> Present:
        return Present(*(torch.cat(pair, dim=2) for pair in zip(past, self, strict=True)))

    @property
    def tokens(self) -> int:
        return self.key.size(2)


@runtime_checkable
class GPT2Fields(Protocol):
    n_embd: int
    n_head: int
    n_layer: int
    n_positions: int
    vocab_size: int
    layer_norm_epsilon: float
    attn_pdrop: float
    resid_pdrop: float
    embd_pdrop: float


@dataclass(frozen=True, slots=True)
class Sampling:
    temperature: float
    top_k: int | None

    class Kind(enum.Enum):
        GREEDY = enum.auto()
        RANDOM = enum.auto()

    @property
    def kind(self) -> Kind:
        return self.Kind.GREEDY if self.temperature == 0 else self.Kind.RANDOM

    def __call__(self, logits: Tensor) -> Tensor:
        match self.kind:
            case self.Kind.GREEDY:
                return logits.argmax(dim=-1)
            case self.Kind.RANDOM:
                best = logits.topk(min(self.top_k or logits.size(-1), logits.size(-1)))
                dice = torch.distributions.Categorical(logits=best.values / self.temperature)
                return best.indices.gather(-1, dice.sample().unsqueeze(-1)).squeeze(-1)


class Linear(nn.Module):
    weight: nn.Parameter
    bias: nn.Parameter

    def __init__(self, n_out: int, n_in: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n_in, n_out) * 0.02)
        self.bias = nn.Parameter(torch.zeros(n_out))

    def forward(self, x: Tensor) -> Tensor:
        return torch.matmul(x, self.weight) + self.bias


def gelu_new(x: Tensor) -> Tensor:
    return F.gelu(x, approximate="tanh")


class MLP(nn.Module):
    def __init__(self, n_state: int, config: GPT2Fields) -> None:
        super().__init__()
        self.c_fc: Linear = Linear(n_out=n_state, n_in=config.n_embd)
        self.c_proj: Linear = Linear(n_out=config.n_embd, n_in=n_state)
        self.dropout: nn.Dropout = nn.Dropout(p=config.resid_pdrop)

    def forward(self, x: Tensor) -> Tensor:
        return cast("Tensor", self.dropout(self.c_proj(gelu_new(self.c_fc(x)))))


class Attention(nn.Module):
    def __init__(self, nx: int, n_ctx: int, config: GPT2Fields, scale: bool = False) -> None:
        super().__init__()
        self.n_head: int = config.n_head
        self.scale: float = (nx // config.n_head) ** (-0.5 if scale else 0.0)
        self.c_attn: Linear = Linear(n_out=3 * nx, n_in=nx)
        self.c_proj: Linear = Linear(n_out=nx, n_in=nx)
        self.attn_dropout: nn.Dropout = nn.Dropout(p=config.attn_pdrop)
        self.resid_dropout: nn.Dropout = nn.Dropout(p=config.resid_pdrop)

    def forward(
        self,
        x: Tensor,
        layer_past: Sequence[Tensor] | Tensor | None = None,
        attention_mask: FloatTensor | None = None,
    ) -> tuple[Tensor, Present]:
        heads: list[Tensor] = [
            part.unflatten(2, (self.n_head, -1)).movedim(2, 1)
            for part in self.c_attn(x).chunk(3, 2)
        ]
        query, present = heads[0], Present(*heads[1:])
        if layer_past is not None:
            present = present.after(layer_past)
        scores: Tensor = self.scale * torch.matmul(query, present.key.transpose(-2, -1))
        if attention_mask is not None:
            scores = scores + attention_mask
        rows, columns = torch.tril_indices(
            x.size(1), present.tokens, offset=present.tokens - x.size(1), device=x.device
        )
        visible = torch.full_like(scores, -1e9)
        visible[..., rows, columns] = scores[..., rows, columns]
        weights: Tensor = self.attn_dropout(F.softmax(visible, dim=-1))
        merged: Tensor = torch.matmul(weights, present.value).movedim(1, 2).flatten(start_dim=2)
        return self.resid_dropout(self.c_proj(merged)), present


class Block(nn.Module):
    def __init__(self, n_ctx: int, config: GPT2Fields, scale: bool = False) -> None:
        super().__init__()
        width, eps = config.n_embd, config.layer_norm_epsilon
        self.ln_1: nn.LayerNorm = nn.LayerNorm(width, eps=eps)
        self.attn: Attention = Attention(nx=width, n_ctx=n_ctx, config=config, scale=scale)
        self.ln_2: nn.LayerNorm = nn.LayerNorm(width, eps=eps)
        self.mlp: MLP = MLP(n_state=4 * width, config=config)

    def forward(
        self,
        x: Tensor,
        layer_past: Sequence[Tensor] | Tensor | None = None,
        attention_mask: FloatTensor | None = None,
    ) -> tuple[Tensor, Present]:
        attended, present = self.attn(
            x=self.ln_1(x), layer_past=layer_past, attention_mask=attention_mask
        )
        x = x + attended
        return x + self.mlp(self.ln_2(x)), present


class GPT2Model(nn.Module):
    def __init__(self, config: GPT2Fields) -> None:
        super().__init__()
        assert isinstance(config, GPT2Fields)
        self.wte: nn.Embedding = nn.Embedding(config.vocab_size, config.n_embd)
        self.wpe: nn.Embedding = nn.Embedding(config.n_positions, config.n_embd)
        self.drop: nn.Dropout = nn.Dropout(p=config.embd_pdrop)
        self.h: nn.ModuleList = nn.ModuleList(
            Block(n_ctx=config.n_positions, config=config, scale=True)
            for _ in range(config.n_layer)
        )
        self.ln_f: nn.LayerNorm = nn.LayerNorm(config.n_embd, eps=config.layer_norm_epsilon)

    def forward(
        self,
        input_ids: LongTensor,
        past: Past | None = None,
        attention_mask: Tensor | None = None,
        position_ids: LongTensor | None = None,
    ) -> tuple[Tensor, list[Present]]:
        known: Past = past if past is not None else [None] * len(self.h)
        start: int = 0 if known[0] is None else known[0][0].size(-2)
        if position_ids is None:
            position_ids = cast("LongTensor", torch.arange(start, start + input_ids.size(1)))
            position_ids = position_ids.to(input_ids.device)
        x: Tensor = self.drop(self.wte(input_ids) + self.wpe(position_ids))
        bias: Tensor | None = None
        if attention_mask is not None:
            lowest: float = torch.finfo(x.dtype).min / 2
            bias = torch.zeros_like(attention_mask, dtype=x.dtype)
            bias = bias.masked_fill(attention_mask.eq(0), lowest)[:, None, None, :]
        presents: list[Present] = []
        for block, layer_past in zip(self.h, known, strict=True):
            x, present = block(x=x, layer_past=layer_past, attention_mask=bias)
            presents.append(present)
        return self.ln_f(x), presents


@dataclass
class Text:
    """What has been written so far."""

    ids: Tensor  # (batch, time)
    eos: int | None
    past: Past | None = None
    ended: Tensor = field(init=False)  # (batch,)

    def __post_init__(self) -> None:
        self.ended = torch.zeros(self.ids.size(0), dtype=torch.bool, device=self.ids.device)

    @property
    def fresh(self) -> Tensor:
        return self.ids if self.past is None else self.ids[:, -1:]

    def append(self, token: Tensor) -> None:
        if self.eos is not None:
            token = torch.where(self.ended, torch.full_like(token, self.eos), token)
            self.ended = self.ended.logical_or(token.eq(self.eos))
        self.ids = torch.cat((self.ids, token.unsqueeze(1)), dim=1)


class GPT2LMHeadModel(nn.Module):
    def __init__(self, config: GPT2Fields) -> None:
        super().__init__()
        self.transformer: GPT2Model = GPT2Model(config=config)
        self.lm_head: nn.Linear = nn.Linear(config.n_embd, config.vocab_size, bias=False)
        self.lm_head.weight = self.transformer.wte.weight

    def forward(
        self,
        input_ids: LongTensor,
        past: Past | None = None,
        attention_mask: Tensor | None = None,
        position_ids: LongTensor | None = None,
        labels: LongTensor | None = None,
    ) -> tuple[Tensor | None, Tensor, list[Present]]:
        hidden, presents = self.transformer(
            input_ids=input_ids, past=past, attention_mask=attention_mask, position_ids=position_ids
        )
        logits: Tensor = self.lm_head(hidden)
        loss: Tensor | None = None
        if labels is not None:
            predicted, target = logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten()
            loss = F.cross_entropy(input=predicted, target=target, ignore_index=IGNORED)
        return loss, logits, presents

    @torch.no_grad()
    def generate(
        self,
        input_ids: LongTensor,
        max_new_tokens: int,
        temperature: float = 0.0,
        top_k: int | None = None,
        eos_token_id: int | None = None,
    ) -> Tensor:
        choose, text = Sampling(temperature, top_k), Text(input_ids, eos_token_id)
        while text.ids.size(1) < input_ids.size(1) + max_new_tokens and not text.ended.all():
            _, logits, text.past = self(input_ids=text.fresh, past=text.past)
            text.append(choose(logits.select(dim=1, index=-1)))
        return text.ids
