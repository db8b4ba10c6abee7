"""The world as plain prose: what tiny-gpt2 reads. Nothing in it has the form of a chat.

A document is a paragraph: a lesson, a walk, a letter, with a few facts in it and the rest small
change. Each round tells every fact, in words drawn anew, so the last tenth, which is held out,
holds sentences that the model has not read about facts that it has.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random

from solutions.data.phrases import questions, reply, say, statements
from solutions.data.world import Fact, Tongue, facts

ROUNDS = 45
SEED = 2019
TWICE = 2  # how often a round tells what is hard to learn: arithmetic, and all in Chinese

FILLING = tomllib.loads(Path(__file__).with_name("filling.toml").read_text(encoding="utf-8"))

TOPICS = (
    ("capital",), ("colour", "sound", "home", "young"), ("maker", "place", "tool"),
    ("plural", "past", "number word"), ("next day", "next month", "Chinese word"), ("opposite",),
    ("sum", "difference", "product"), ("spelling",),
)  # fmt: skip


def documents(rounds: int = ROUNDS, seed: int = SEED) -> Iterator[str]:
    """The corpus, paragraph by paragraph. The same seed gives the same text."""
    random = Random(seed)  # noqa: S311  (a draw of words, no secret)
    for _ in range(rounds):
        pages = [page for deck in _decks() for page in _pages(deck, random)]
        random.shuffle(pages)
        yield from (_document(page, random) for page in pages)


def names(tongue: Tongue) -> Sequence[str]:
    """The people of the world."""
    people: str = FILLING[tongue]["names"]
    return people.split()


def _decks() -> Iterator[list[Fact]]:
    """The facts by topic and tongue, so that a document keeps to its subject."""
    for topic in TOPICS:
        for tongue in ("en", "zh"):
            deck = [one for one in facts() if one.relation in topic and one.tongue == tongue]
            for _ in range(TWICE if tongue == "zh" or "sum" in topic else 1):
                if deck:
                    yield deck


def _pages(deck: Sequence[Fact], random: Random) -> Iterator[list[Fact]]:
    shuffled = random.sample(deck, len(deck))
    while shuffled:
        size = random.randint(3, 7)
        page, shuffled = shuffled[:size], shuffled[size:]
        yield page


def _document(page: Sequence[Fact], random: Random) -> str:
    tongue = page[0].tongue
    around = FILLING[tongue]
    people = random.sample(names(tongue), 2)
    filling = {"name": people[0], "other": people[1],
               "weather": random.choice(FILLING["weather"].split()),
               "where": random.choice(FILLING["where"].split())}  # fmt: skip
    said = [random.choice(around["openings"])] if random.random() < 0.5 else []
    for fact in page:
        said.append(_told(fact, random))
        if random.random() < 0.12:
            said.append(random.choice(around["links"]))
    if random.random() < 0.3:
        said.append(random.choice(around["closings"]))
    return (" " if tongue == "en" else "").join(_filled(text, filling) for text in said)


def _told(fact: Fact, random: Random) -> str:
    """A fact as a statement, or asked and answered in a story."""
    statement = say(random.choice(statements(fact)), fact)
    if random.random() < 0.5:
        return statement
    question = say(random.choice(questions(fact)), fact)
    asked: str = random.choice(FILLING[fact.tongue]["asked"])
    told = asked.replace("{q}", question).replace("{f}", reply(fact)).replace("{a}", fact.answer)
    return told.replace(".” said", ",” said")


def _filled(text: str, filling: Mapping[str, str]) -> str:
    for name, value in filling.items():
        text = text.replace("{" + name + "}", value)
    return text
