"""The held-out dialogues, and dialogues as tokens: the same text form that students train on."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from autograder.chat.transcript import Turn
from autograder.errors import CourseError
from tests.sft.base import base
from tests.sft.said import pieces

PUBLIC = Path(__file__).with_name("heldout.json")


@dataclass(frozen=True)
class Sample:
    """A dialogue's tokens, and which of them the assistant wrote, its ends of turn included."""

    ids: tuple[int, ...]
    written: tuple[bool, ...]


class Dialogue(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A held-out dialogue; `kind`, `tongue` and `answer` stand for its last turn."""

    kind: str
    tongue: str
    answer: str | None  # what a right reply ends with; None where there is no only right one
    items: tuple[Turn, ...] = ()
    conversations: tuple[Turn, ...] = ()

    @property
    def turns(self) -> tuple[Turn, ...]:
        return self.items or self.conversations


@functools.cache
def dialogues(path: Path) -> tuple[Dialogue, ...]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=tuple[Dialogue, ...])
    except (OSError, msgspec.DecodeError) as error:
        raise CourseError(f"{path}: {error}. Do: write it again with `make data`") from error


@functools.cache
def samples(path: Path) -> tuple[Sample, ...]:
    return tuple(sample(one.turns) for one in dialogues(path))


def sample(turns: Sequence[Turn]) -> Sample:
    """Written is what the assistant says, with the end-of-text token behind each reply."""
    ids: list[int] = []
    written: list[bool] = []
    for number, turn in enumerate(turns):
        given, told = map(tokens_of, pieces(turn.speaker, turn.value, first=number == 0))
        end = [base().end] if turn.speaker == "gpt" else []
        ids += given + told + end
        written += [False] * len(given) + [True] * len(told + end)
    return Sample(tuple(ids), tuple(written))


def prompt(turns: Sequence[Turn]) -> list[int]:
    """What the model reads before it answers the last turn, in the form it was trained on."""
    return [*sample(turns).ids, *tokens_of("\nAssistant:")]


def tokens_of(text: str) -> list[int]:
    return list(base().tokenizer.encode(text, add_special_tokens=False).ids)
