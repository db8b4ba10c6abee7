"""transcript.json: is it a conversation, and is it plausibly one with this adapter's model?

Every reply is read again by the base with the adapter and by the base alone, after the turns that
came before it. What a model said itself costs it a small part of the nats that it costs the base,
mostly less than a third; what somebody else wrote, four fifths and more. A transcript that says it
was greedy has to be: each token of a reply is then the likeliest, or nearly, for a model that is
quantised or rounded in another way decides a close race in its own way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from autograder.chat.conversation import longest_tail, plain_form
from autograder.chat.generation import NEARLY_ZERO
from autograder.chat.transcript import Transcript, Turn
from autograder.grading.compare import Wrong
from tests.sft.adapter import Adapter
from tests.sft.base import base
from tests.sft.dialogues import Sample, prompt, tokens_of
from tests.sft.losses import adapted, finite, losses_of, per_token
from tests.sft.strict import decode, malformed

FILE = "transcript.json"
FEWEST = 3  # replies with words in them
MOST = 30  # replies that are read again, the first ones
MAX_TURNS = 1000
MAX_TEXT = 4000  # characters of a turn: more than the context holds
CLOSE = 0.5  # nats behind the likeliest token: nf4 and half precision change less

Prompt = Callable[[Sequence[Turn]], list[int]]


@dataclass(frozen=True)
class Evidence:
    """How the models take the replies that were read again: means over their tokens."""

    replies: int
    adapted: float  # nats a token, of the base with the adapter
    alone: float  # nats a token, of the base
    likeliest: float  # share of the tokens that are the likeliest with the adapter, or close

    @property
    def left(self) -> float:
        """Which share of its nats a token costs with the adapter."""
        return self.adapted / max(self.alone, 1e-6)


def read_transcript(forms: Mapping[str, bytes]) -> Transcript:
    """A conversation of enough turns. Raises Wrong for anything else."""
    if FILE not in forms:
        raise Wrong(f"gap in {FILE}: not handed in", f"空：没有提交 {FILE}")
    transcript = decode(forms[FILE], Transcript, FILE)
    turns = transcript.turns
    if len(transcript.system or "") > MAX_TEXT:
        raise malformed(FILE, f"system has more than {MAX_TEXT} characters")
    if len(turns) > MAX_TURNS:
        raise malformed(FILE, f"{len(turns)} turns, more than {MAX_TURNS}")
    for number, turn in enumerate(turns):
        if turn.speaker != ("human", "gpt")[number % 2]:
            raise malformed(FILE, f"turn {number} is again the {turn.speaker}'s")
        if len(turn.value) > MAX_TEXT:
            raise malformed(FILE, f"turn {number} has more than {MAX_TEXT} characters")
    spoken = len(_replies(turns))
    if spoken < FEWEST:
        raise Wrong(
            f"{FILE}: replies with words in them: {spoken}; at least {FEWEST} are asked for",
            f"{FILE}：有内容的回答只有 {spoken} 个，至少要 {FEWEST} 个",
        )
    return transcript


def is_greedy(transcript: Transcript) -> bool:
    """Whether it says that the likeliest token was always taken."""
    return transcript.settings.temperature < NEARLY_ZERO


def evidence(adapter: Adapter, transcript: Transcript) -> Evidence:
    """What the two models make of the first replies. Raises Wrong where none can be read.

    Programs differ in how they show a model what was said before: as in training, with ends of
    turn, or as plain text. What the model with the adapter finds likelier counts.
    """
    ways: tuple[Prompt, ...] = (prompt, lambda turns: tokens_of(plain_form(turns)))
    return min((_evidence(adapter, transcript, way) for way in ways), key=lambda one: one.adapted)


def _evidence(adapter: Adapter, transcript: Transcript, way: Prompt) -> Evidence:
    numbers = _replies(transcript.turns)[:MOST]
    found = [_reading(transcript, number, way) for number in numbers]
    read = [one for one in found if one is not None]
    if not read:
        raise Wrong(
            f"{FILE}: no reply fits into the model's context with what it answers",
            f"{FILE}：没有一个回答能和它的问题一起放进上下文",
        )
    with adapted(adapter) as model:
        own = torch.cat(per_token(model, read, _loss_and_lag))
    with adapted(None) as model:
        alone = torch.cat(per_token(model, read))
    close = own[:, 1] <= CLOSE
    return Evidence(
        len(read), finite(own[:, 0].mean().item()), alone.mean().item(), close.float().mean().item()
    )


def _loss_and_lag(logits: Tensor, tokens: Tensor) -> Tensor:
    """(n, 2): nats of each token, and by how many it is behind the likeliest one."""
    losses = losses_of(logits, tokens)
    return torch.stack((losses, losses + logits.log_softmax(-1).amax(-1)), dim=-1)


def _replies(turns: Sequence[Turn]) -> list[int]:
    """Which turns are replies with words in them."""
    return [n for n, turn in enumerate(turns) if turn.speaker == "gpt" and turn.value.strip()]


def _reading(transcript: Transcript, number: int, way: Prompt) -> Sample | None:
    """Reply `number` after as many turns as were read before it; None where it doesn't fit.

    Room is left for as many tokens as a reply may have. Where the reply ends does not count, for
    a transcript doesn't say why it ended.
    """
    reply = tokens_of(f" {transcript.turns[number].value.strip()}")
    system = tokens_of(f"{transcript.system}\n\n") if transcript.system else []
    most = min(transcript.settings.max_new_tokens, base().context // 2)
    room = base().context - max(len(reply), most) - len(system)

    def fits(tail: Sequence[Turn]) -> bool:
        return sum(len(turn.value) for turn in tail) <= MAX_TEXT and len(way(tail)) <= room

    kept = longest_tail(transcript.turns[:number], fits)
    if not kept:
        return None
    given = (*system, *way(kept))
    return Sample((*given, *reply), (False,) * len(given) + (True,) * len(reply))
