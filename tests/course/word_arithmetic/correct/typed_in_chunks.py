"""Type hints everywhere, and a vocabulary that is searched a thousand rows at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

CHUNK = 1000
SIGN = {"+": 1, "＋": 1, "-": -1, "－": -1, "−": -1, "–": -1}


@dataclass
class UnknownWord(Exception):
    word: str


@dataclass(frozen=True)
class Equation:
    signs: list[int]
    words: list[str]

    @classmethod
    def parse(cls, text: str) -> Equation:
        equation, word, sign = cls([], []), "", 0
        for letter in _left(text):
            if letter in SIGN:
                equation._add(sign, word)
                word, sign = "", SIGN[letter]
            else:
                word, sign = word + letter, sign or 1
        if not word:
            raise ValueError(f"{text}: ends without a word")
        equation._add(sign, word)
        return equation

    def _add(self, sign: int, word: str) -> None:
        if not sign:
            return
        if not word:
            raise ValueError("a sign without a word")
        self.signs.append(sign)
        self.words.append(word)


def _left(text: str) -> Iterator[str]:
    for letter in text:
        if letter in ("=", "＝"):
            return
        if not letter.isspace():
            yield letter


def known(piece: str, index: Mapping[str, int]) -> int | None:
    row = index.get(piece)
    return index.get(piece.lower()) if row is None else row


def word_vector(word: str, index: Mapping[str, int], table: Tensor) -> Tensor:
    rows: list[int] = []
    start = 0
    while start < len(word):
        end = len(word)
        while end > start and known(word[start:end], index) is None:
            end -= 1
        row = known(word[start:end], index) if end > start else None
        if row is not None:
            rows.append(row)
        start = max(end, start + 1)
    if not rows:
        raise UnknownWord(word)
    return torch.stack([table[row] for row in rows]).mean(dim=0)


def combine(signs: Sequence[int], vectors: Tensor) -> Tensor:
    plus = [place for place, sign in enumerate(signs) if sign == 1]
    minus = [place for place, sign in enumerate(signs) if sign == -1]
    return vectors[plus].sum(dim=0) - vectors[minus].sum(dim=0)


def unit(x: Tensor) -> Tensor:
    length = torch.linalg.norm(x, dim=-1, keepdim=True)
    return x / torch.where(length > 0, length, torch.ones_like(length))


def cosine_similarity(a: Tensor, b: Tensor) -> Tensor:
    return torch.einsum("...d,...d->...", unit(a), unit(b))


def nearest_candidate(target: Tensor, vectors: Tensor) -> tuple[int, Tensor]:
    similarities = cosine_similarity(target, vectors)
    values: list[float] = similarities.tolist()
    return values.index(max(values)), similarities


def nearest_words(
    targets: Tensor, table: Tensor, excluded: Sequence[Sequence[int]], k: int
) -> tuple[Tensor, Tensor]:
    found = [unit(targets) @ unit(chunk).T for chunk in table.split(CHUNK)]
    similarities = torch.cat(found, dim=1)
    for place, rows in enumerate(excluded):
        similarities[place, list(rows)] = torch.finfo(table.dtype).min
    values, rows_found = torch.sort(similarities, dim=1, descending=True)
    return rows_found[:, :k].contiguous(), values[:, :k].contiguous()


def parse_equation(text: str) -> tuple[list[int], list[str]]:
    equation = Equation.parse(text)
    return equation.signs, equation.words


def evaluate(text: str, index: Mapping[str, int], table: Tensor) -> Tensor:
    signs, words = parse_equation(text)
    return combine(signs, torch.stack([word_vector(word, index, table) for word in words]))


def solve_among(
    text: str, candidates: Sequence[str], index: Mapping[str, int], table: Tensor
) -> tuple[str, Tensor]:
    vectors = torch.stack([word_vector(word, index, table) for word in candidates])
    place, similarities = nearest_candidate(evaluate(text, index, table), vectors)
    return candidates[place], similarities


def solve_freely(
    texts: Sequence[str], index: Mapping[str, int], table: Tensor, k: int
) -> tuple[list[list[str]], Tensor]:
    targets = torch.stack([evaluate(text, index, table) for text in texts])
    excluded: list[list[int]] = []
    for text in texts:
        rows = (known(word, index) for word in parse_equation(text)[1])
        excluded.append([row for row in rows if row is not None])
    found, similarities = nearest_words(targets, table, excluded, k)
    words = tuple(index)
    return [[words[row] for row in line] for line in found.tolist()], similarities
