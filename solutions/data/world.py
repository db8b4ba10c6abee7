"""The world: what there is to know. Corpus and dialogues are both written from these facts.

A fact has a `key` that all its forms share: the same capital in English and in Chinese, 7 + 5 and
5 + 7 and 12 − 5, hot → cold and cold → hot. Dialogues are split by key, so that no other form of
a fact gives a held-out answer away.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

FACTS = tomllib.loads(Path(__file__).with_name("facts.toml").read_text(encoding="utf-8"))
DIGITS = "零一二三四五六七八九"

Tongue = Literal["en", "zh"]
Kind = Literal["facts", "arithmetic", "opposites", "spelling", "small talk"]


@dataclass(frozen=True)
class Fact:
    """One thing that is so, as one form of words asks for it."""

    relation: str
    tongue: Tongue
    subject: str
    answer: str
    key: str  # shared by all forms of the fact

    @property
    def kind(self) -> Kind:
        match self.relation:
            case "sum" | "difference" | "product":
                return "arithmetic"
            case "opposite":
                return "opposites"
            case "spelling":
                return "spelling"
            case _:
                return "facts"


@cache
def facts() -> tuple[Fact, ...]:
    """All facts of the world, always in the same order."""
    return (*_countries(), *_things(), *_opposites(), *_arithmetic(), *_spelling())


def numeral(number: int) -> str:
    """A number from 0 to 100 in Chinese."""
    if number == 100:
        return "一百"
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else DIGITS[tens] + "十"
    return head + (DIGITS[ones] if ones or not tens else "")


def _countries() -> Iterator[Fact]:
    for row in _entries(FACTS["countries"]):
        country, capital, *chinese = (name.replace("_", " ") for name in row.split())
        yield Fact("capital", "en", country, capital, f"capital {country}")
        if chinese:
            yield Fact("capital", "zh", chinese[0], chinese[1], f"capital {country}")


def _things() -> Iterator[Fact]:
    for relation, table in FACTS["things"].items():
        for row in _entries(table):
            english, _, chinese = row.partition(" | ")
            subject, answer = _pair(english)
            key = f"{relation} {subject}"
            yield Fact(relation, "en", subject, answer, key)
            if chinese:
                yield Fact(relation, "zh", *_pair(chinese), key)


def _opposites() -> Iterator[Fact]:
    for row in _entries(FACTS["opposites"]):
        english, _, chinese = row.partition(" | ")
        key = "opposite " + english
        for tongue, text in (("en", english), ("zh", chinese)):
            if text:
                one, other = _pair(text)
                yield Fact("opposite", tongue, one, other, key)
                yield Fact("opposite", tongue, other, one, key)


def _arithmetic() -> Iterator[Fact]:
    """Sums of 1 … 10, the differences that undo them, and products of 2 … 9.

    A key is the smaller and the larger of the two numbers: whoever knows 5 + 7 can have 12 − 5.
    Left out is 8 − 4 and its like, whose answer stands in the question.
    """
    for a in range(1, 11):
        for b in range(1, 11):
            pair = f"{min(a, b)} {max(a, b)}"
            yield Fact("sum", "en", f"{a} and {b}", str(a + b), f"sum {pair}")
            if a != b:
                yield Fact("difference", "en", f"{a + b} and {a}", str(b), f"sum {pair}")
            if a <= b:
                yield _chinese("sum", a, "加", b, a + b)
    for a in range(2, 10):
        for b in range(2, 10):
            pair = f"{min(a, b)} {max(a, b)}"
            yield Fact("product", "en", f"{a} and {b}", str(a * b), f"product {pair}")
            if a <= b:
                yield _chinese("product", a, "乘", b, a * b)


def _chinese(relation: str, a: int, sign: str, b: int, result: int) -> Fact:
    subject = numeral(a) + sign + numeral(b)
    return Fact(relation, "zh", subject, numeral(result), f"{relation} {a} {b}")


def _spelling() -> Iterator[Fact]:
    for word in FACTS["spelled"].split():
        yield Fact("spelling", "en", word, " ".join(word), f"spelling {word}")


def _entries(table: str) -> list[str]:
    return [row.strip() for line in table.strip().splitlines() for row in line.split(";")]


def _pair(text: str) -> tuple[str, str]:
    one, other = text.split(" = ")
    return one, other
