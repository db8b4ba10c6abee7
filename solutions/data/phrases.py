"""How each relation is said and asked for, in both tongues."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path

from solutions.data.world import Fact

PHRASES = tomllib.loads(Path(__file__).with_name("phrases.toml").read_text(encoding="utf-8"))


def statements(fact: Fact) -> Sequence[str]:
    """Patterns that state such a fact; the first is also how a dialogue answers."""
    found: Sequence[str] = PHRASES[fact.relation][fact.tongue]["statements"]
    return found


def questions(fact: Fact) -> Sequence[str]:
    """Patterns that ask for it."""
    found: Sequence[str] = PHRASES[fact.relation][fact.tongue]["questions"]
    return found


def reply(fact: Fact) -> str:
    """The sentence that answers a question for it."""
    return say(statements(fact)[0], fact)


def say(pattern: str, fact: Fact) -> str:
    """A sentence with its first letter large, and `an` before a vowel."""
    words = pattern.format(s=fact.subject, a=fact.answer).split(" ")
    if fact.relation != "spelling":  # where "a" is a letter
        for place, word in enumerate(words[:-1]):
            if word in ("a", "A") and words[place + 1].lower().startswith(("a", "e", "i", "o")):
                words[place] += "n"
    text = " ".join(words)
    return text[:1].upper() + text[1:]
