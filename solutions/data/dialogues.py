"""The world as dialogues in ShareGPT's form: what an assistant is trained on and measured by.

Facts are split by key into three parts: `train`, the public and the hidden `held-out`. A held-out
dialogue asks only for facts of its own part, so no form of its answers is in a training dialogue:
a model must have them from the corpus. Small talk holds no fact that could be kept apart: held-out
small talk has the phrases of training and differs by the names of the people, no more.

A training dialogue is `{"items": [turn, …]}` or `{"conversations": [turn, …]}`, both as they occur
in the wild. A held-out one has three more fields, which stand for its last turn: `kind`, `tongue`
and `answer`, the words that a right reply ends with, or null
where no answer is the only right one.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any, Literal

from solutions.data import corpus
from solutions.data.phrases import questions, reply, say
from solutions.data.world import Fact, Kind, Tongue, facts

Part = Literal["train", "public", "hidden"]
Dialogue = Mapping[str, Any]  # on its way to JSON

SHARES: Mapping[Part, int] = {"train": 7, "public": 1, "hidden": 2}  # of ten keys of a kind
SIZES: Mapping[Part, int] = {"train": 3000, "public": 100, "hidden": 200}  # dialogues
SEED = "2019"
SECRET = "5b0d8e6b0b2f4c7a9e3d1f6c8a7b2d40"  # noqa: S105  (which facts are hidden; never released)

PLEASE = "请问，"  # before each question in the corpus, where 法国的首都是 begins no question

# how often a turn is of which kind
KINDS: Mapping[Kind, int] = {
    "facts": 7, "arithmetic": 4, "opposites": 4, "spelling": 3, "small talk": 2,
}  # fmt: skip

PHRASES = tomllib.loads(Path(__file__).with_name("small_talk.toml").read_text(encoding="utf-8"))


def split() -> Mapping[Part, tuple[Fact, ...]]:
    """The facts of each part. All facts of one key are in the same one."""
    parts: dict[str, Part] = {}
    for relation in sorted({fact.relation for fact in facts()}):
        keys = sorted({fact.key for fact in facts() if fact.relation == relation} - parts.keys())
        Random(f"{SEED} {relation}").shuffle(keys)  # noqa: S311
        cut = len(keys) * SHARES["train"] // 10
        parts |= dict.fromkeys(keys[:cut], "train")
        held_out = keys[cut:]
        Random(f"{SECRET} {relation}").shuffle(held_out)  # noqa: S311
        cut = round(len(held_out) * SHARES["public"] / (SHARES["public"] + SHARES["hidden"]))
        parts |= dict.fromkeys(held_out[:cut], "public") | dict.fromkeys(held_out[cut:], "hidden")
    return {part: tuple(one for one in facts() if parts[one.key] == part) for part in SHARES}


def names(part: Part, tongue: Tongue) -> Sequence[str]:
    """The people who talk in this part, and in no other one."""
    known = corpus.names(tongue)
    start, end = {"train": (0, 0.7), "public": (0.7, 0.8), "hidden": (0.8, 1)}[part]
    return known[round(len(known) * start) : round(len(known) * end)]


def dialogues(part: Part) -> list[Dialogue]:
    """All dialogues of a part, no two alike. The same seeds give the same."""
    random = Random(SEED if part == "train" else f"{SECRET} {part}")  # noqa: S311
    known = split()[part]
    made: dict[str, Dialogue] = {}
    while len(made) < SIZES[part]:
        dialogue = _dialogue(part, known, random)
        made.setdefault(str(dialogue[_key(dialogue)]), dialogue)
    return list(made.values())


def _key(dialogue: Dialogue) -> str:
    return "items" if "items" in dialogue else "conversations"


def _dialogue(part: Part, known: Sequence[Fact], random: Random) -> Dialogue:
    tongue: Tongue = "zh" if random.random() < 0.2 else "en"
    turns: list[dict[str, str]] = []
    last: Fact | None = None
    for _ in range(random.choices((1, 2, 3), (6, 3, 1))[0]):
        asked, reply, last = _exchange(part, known, tongue, last, random)
        turns += [{"from": "human", "value": asked}, {"from": "gpt", "value": reply}]
    dialogue: dict[str, Any] = {random.choice(("items", "conversations")): turns}
    if part != "train":
        dialogue |= {"kind": last.kind if last else "small talk", "tongue": tongue,
                     "answer": last.answer if last else None}  # fmt: skip
    return dialogue


def _exchange(
    part: Part, known: Sequence[Fact], tongue: Tongue, before: Fact | None, random: Random
) -> tuple[str, str, Fact | None]:
    """A question and its reply, and the fact in it, if there is one."""
    if before and before.relation != "tool" and random.random() < 0.4:
        again = [one for one in known if one.relation == before.relation
                 and one.tongue == tongue and one.key != before.key]  # fmt: skip
        if again:
            fact = random.choice(again)
            return say(random.choice(PHRASES[tongue]["follow_ups"]), fact), reply(fact), fact
    kind = random.choices(list(KINDS), list(KINDS.values()))[0]
    if kind == "small talk" or (kind == "spelling" and tongue == "zh"):
        return *_small_talk(part, tongue, random), None
    fact = random.choice([one for one in known if one.kind == kind and one.tongue == tongue])
    question = say(random.choice(questions(fact)), fact)
    return question.removeprefix(random.choice(("", PLEASE))), reply(fact), fact


def _small_talk(part: Part, tongue: Tongue, random: Random) -> tuple[str, str]:
    """What is held out has a name in it: without one it would be a training dialogue."""
    phrases = PHRASES[tongue]["small_talk"]
    said, answer = random.choice(
        [one for one in phrases if part == "train" or "{name}" in one[0]]
    )
    name = random.choice(names(part, tongue))
    return said.format(name=name), answer.format(name=name)
