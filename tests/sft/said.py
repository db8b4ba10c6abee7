"""What the tests of the code expect of a dialogue: its text, its tokens, and which are learnt.

Written for itself: no code of the assignment is used. The text is `autograder chat`'s plain form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from autograder.grading.compare import Wrong
from tests.sft import toy

IGNORED = -100
AROUND = 6  # tokens that a verdict shows on either side of the wrong one
SHOWN = 200  # characters of a student's text in a verdict

Pair = tuple[str, str]  # speaker, "human" or "gpt", and what was said
NAMES = {"human": "User", "gpt": "Assistant"}


@dataclass(frozen=True)
class Sample:
    """Tokens of a dialogue, and whether each is one that the assistant is to learn."""

    ids: tuple[int, ...]
    learnt: tuple[bool, ...]

    @property
    def labels(self) -> list[int]:
        return [one if its else IGNORED for one, its in zip(self.ids, self.learnt, strict=True)]


def dialogue(*said: str) -> list[Pair]:
    """Human and assistant by turns; the human begins."""
    return [(("human", "gpt")[number % 2], value) for number, value in enumerate(said)]


def pieces(speaker: str, value: str, *, first: bool) -> tuple[str, str]:
    """What is given of a turn, and what is to be said."""
    head = NAMES[speaker] + ":"
    opening = head if first else "\n" + head
    return (f"{opening} {value}", "") if speaker == "human" else (opening, " " + value)


def text(turns: Sequence[Pair], end: str) -> str:
    lines = [f"{NAMES[speaker]}: {value}{end if speaker == 'gpt' else ''}"
             for speaker, value in turns]  # fmt: skip
    return "\n".join(lines)


def turn_sample(turn: Pair, *, first: bool, reserved: int = toy.RESERVED) -> Sample:
    given, said = (toy.ids_of(piece, reserved) for piece in pieces(*turn, first=first))
    said += [toy.end(reserved)] * (turn[0] == "gpt")
    return Sample((*given, *said), (False,) * len(given) + (True,) * len(said))


def sample(turns: Sequence[Pair], context: int, reserved: int = toy.RESERVED) -> Sample:
    """The longest beginning that fits and ends with a reply; empty where there is none."""
    each = [turn_sample(turn, first=number == 0, reserved=reserved)
            for number, turn in enumerate(turns)]  # fmt: skip
    for count in range(len(turns), 0, -1):
        ids = [one for part in each[:count] for one in part.ids]
        if turns[count - 1][0] == "gpt" and len(ids) <= context:
            return Sample(tuple(ids), tuple(one for part in each[:count] for one in part.learnt))
    return Sample((), ())


def known_pieces(dialogues: Sequence[Sequence[Pair]]) -> list[list[Any]]:
    """The pieces of all turns, as the probes hand them to the student's code."""
    return [[speaker, value, first, *pieces(speaker, value, first=first)]
            for turns in dialogues for speaker, value in turns
            for first in (True, False)]  # fmt: skip


def known_tokens(dialogues: Sequence[Sequence[Pair]]) -> list[list[Any]]:
    """The same as tokens."""
    found = []
    for turns in dialogues:
        for turn in turns:
            for first in (True, False):
                one = turn_sample(turn, first=first)
                found.append([*turn, first, list(one.ids), one.labels])
    return found


def encode(student: Any, dialogues: Sequence[Sequence[Pair]], context: int = 500,
           reserved: int = toy.RESERVED) -> list[tuple[Tensor, Tensor, Sample]]:  # fmt: skip
    """Ids and labels of each dialogue by the student's code, and what they should be."""
    out = student.call(
        "encoded", dialogues=dialogues, tokenizer=toy.sent(reserved), context=context,
        pieces=known_pieces(dialogues),
    )  # fmt: skip
    for name, tensor in out.items():
        _check_form(tensor, name)
    return [(out[f"ids.{number}"], out[f"labels.{number}"], sample(turns, context, reserved))
            for number, turns in enumerate(dialogues)]  # fmt: skip


# ------------------------------------------------------------------ verdicts


def assert_ids(ids: Tensor, expected: Sequence[int], reserved: int = toy.RESERVED) -> None:
    """Raises Wrong with the first token that differs, and the text around it."""
    _check_form(ids, "input_ids")
    found = ids.tolist()
    for place in range(max(len(found), len(expected))):
        its = [_quoted(one[place : place + 1], reserved) for one in (found, expected)]
        if found[place : place + 1] == list(expected[place : place + 1]):
            continue
        around = _around(expected, place, reserved)
        (en, zh), (wanted, wanted_zh) = ((one, one) if one else ("missing", "空的") for one in its)
        raise Wrong(f"token {place} is {en}, expected {wanted}: {around}",
                    f"第 {place} 个 token 是 {zh}，应为 {wanted_zh}：{around}")  # fmt: skip


def assert_labels(
    ids: Tensor, labels: Tensor, expected: Sample, reserved: int = toy.RESERVED
) -> None:
    """Raises Wrong with the first token whose label is wrong, and the text around it."""
    _check_form(labels, "labels")
    if labels.shape != ids.shape:
        raise Wrong(f"there are {len(labels)} labels for {len(ids)} tokens",
                    f"{len(ids)} 个 token，却有 {len(labels)} 个标签")  # fmt: skip
    for place, (label, right) in enumerate(zip(labels.tolist(), expected.labels, strict=True)):
        if label != right:
            token = _quoted(expected.ids[place : place + 1], reserved)
            text = _around(expected.ids, place, reserved)
            (en, zh), (wanted, wanted_zh) = (
                _label(one, expected.ids[place], reserved) for one in (label, right)
            )
            raise Wrong(f"token {place} ({token}) has label {en}, expected {wanted}: {text}",
                        f"第 {place} 个 token（{token}）的标签是 {zh}，应为 {wanted_zh}："
                        f"{text}")  # fmt: skip


def assert_sample(found: tuple[Tensor, Tensor, Sample], reserved: int = toy.RESERVED) -> None:
    ids, labels, expected = found
    assert_ids(ids, expected.ids, reserved)
    assert_labels(ids, labels, expected, reserved)


def assert_texts(points: Tensor, expected: Sequence[str], *, name: str) -> None:
    """Raises Wrong with the first of several texts that differs; each has a zero behind it."""
    found = texts(points, name)
    for place in range(max(len(found), len(expected))):
        one, right = found[place : place + 1], list(expected[place : place + 1])
        if one != right:
            its, wanted = (repr(some[0][:SHOWN]) if some else "missing" for some in (one, right))
            raise Wrong(f"{name}, number {place + 1}: is {its}, expected {wanted}",
                        f"{name}，第 {place + 1} 个：是 {its}，应为 {wanted}")  # fmt: skip


def texts(points: Tensor, name: str) -> list[str]:
    """Several texts that a probe gave back."""
    _check_form(points, name)
    letters = "".join(chr(one) if 0 <= one < 0x110000 else "\N{REPLACEMENT CHARACTER}"
                      for one in points.tolist())  # fmt: skip
    return letters.split("\0")[:-1]


def _check_form(tensor: Tensor, name: str) -> None:
    if tensor.dtype != torch.int64 or tensor.dim() != 1:
        raise Wrong(f"{name}: not a list of integers", f"{name}：不是一串整数")


def _label(label: int, token: int, reserved: int) -> tuple[str, str]:
    if label == IGNORED:
        return "−100", "−100"
    if label == token:
        return "itself", "它自己"
    return f"{label} ({_quoted([label], reserved)})", f"{label}（{_quoted([label], reserved)}）"


def _quoted(ids: Sequence[int], reserved: int) -> str:
    size = toy.tokenizer(reserved).get_vocab_size()
    return repr(toy.text_of([one for one in ids if 0 <= one < size], reserved)) if ids else ""


def _around(ids: Sequence[int], place: int, reserved: int) -> str:
    """The text with the token marked, and a few others on either side."""
    before = toy.text_of(ids[max(0, place - AROUND) : place], reserved)
    this = toy.text_of(ids[place : place + 1], reserved)
    behind = toy.text_of(ids[place + 1 : place + 1 + AROUND], reserved)
    return f"{before}▸{this}◂{behind}".replace("\n", "⏎")
