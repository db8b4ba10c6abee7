"""torch's own functions wherever it has one, and a boolean mask for what is excluded."""

import re

import torch
from torch.nn import functional


class UnknownWord(LookupError):
    def __init__(self, word):
        super().__init__(word)
        self.word = word


def row_of(word, index):
    return index[word] if word in index else index.get(word.lower())


def rows_of(word, index):
    if not word:
        return []
    for stop in range(len(word), 0, -1):
        row = row_of(word[:stop], index)
        if row is not None:
            return [row, *rows_of(word[stop:], index)]
    return rows_of(word[1:], index)


def word_vector(word, index, table):
    rows = rows_of(word, index)
    if not rows:
        raise UnknownWord(word)
    return functional.embedding(torch.tensor(rows), table).mean(0)


def combine(signs, vectors):
    return torch.einsum("n,nd->d", torch.tensor(signs, dtype=vectors.dtype), vectors)


def unit(x):
    return functional.normalize(x, dim=-1)


def cosine_similarity(a, b):
    return functional.cosine_similarity(a, b, dim=-1)


def nearest_candidate(target, vectors):
    similarities = functional.cosine_similarity(target, vectors, dim=-1)
    return int(torch.argmax(similarities)), similarities


def nearest_words(targets, table, excluded, k):
    similarities = functional.linear(
        functional.normalize(targets, dim=-1), functional.normalize(table, dim=-1)
    )
    barred = torch.zeros_like(similarities, dtype=torch.bool)
    for line, rows in zip(barred, excluded, strict=True):
        line.index_fill_(0, torch.tensor(rows, dtype=torch.int64), True)
    values, rows = similarities.masked_fill(barred, -torch.inf).sort(dim=-1, descending=True)
    return rows[:, :k], values[:, :k]


def parse_equation(text):
    left = re.sub(r"\s", "", re.split("[=＝]", text)[0])
    if not re.fullmatch(r"[+＋\-－−–]?[^+＋\-－−–]+([+＋\-－−–][^+＋\-－−–]+)*", left):
        raise ValueError(f"no equation: {text}")
    found = re.findall(r"([+＋\-－−–]?)([^+＋\-－−–]+)", left)
    return [1 if sign in ("", "+", "＋") else -1 for sign, _ in found], [word for _, word in found]


def target_of(text, index, table):
    signs, words = parse_equation(text)
    return combine(signs, torch.stack([word_vector(word, index, table) for word in words]))


def solve_among(text, candidates, index, table):
    vectors = torch.stack([word_vector(word, index, table) for word in candidates])
    place, similarities = nearest_candidate(target_of(text, index, table), vectors)
    return candidates[place], similarities


def solve_freely(texts, index, table, k):
    excluded = [
        [row_of(word, index) for word in parse_equation(text)[1] if row_of(word, index) is not None]
        for text in texts
    ]
    targets = torch.stack([target_of(text, index, table) for text in texts])
    rows, values = nearest_words(targets, table, excluded, k)
    words = list(index)
    return [[words[row] for row in line.tolist()] for line in rows], values
