"""numpy does the work, and torch carries it in and out."""

import re

import numpy as np
import torch


class UnknownWord(KeyError):
    def __init__(self, word):
        super().__init__(word)
        self.word = word


def row_of(word, index):
    for spelling in (word, word.lower()):
        if spelling in index:
            return index[spelling]
    return None


def word_vector(word, index, table):
    rows, rest = [], word
    while rest:
        for stop in reversed(range(1, len(rest) + 1)):
            row = row_of(rest[:stop], index)
            if row is not None:
                rows.append(row)
                break
        rest = rest[stop:]
    if not rows:
        raise UnknownWord(word)
    return torch.from_numpy(table.numpy()[rows].mean(axis=0))


def combine(signs, vectors):
    vectors = vectors.numpy()
    return torch.from_numpy((np.array(signs, vectors.dtype)[:, None] * vectors).sum(axis=0))


def unit_of_array(x):
    length = np.linalg.norm(x, axis=-1, keepdims=True)
    return np.divide(x, length, out=np.zeros_like(x), where=length != 0)


def unit(x):
    return torch.from_numpy(unit_of_array(x.numpy()))


def cosine_similarity(a, b):
    product = (unit_of_array(a.numpy()) * unit_of_array(b.numpy())).sum(-1)
    return torch.from_numpy(np.asarray(product))


def nearest_candidate(target, vectors):
    similarities = unit_of_array(vectors.numpy()) @ unit_of_array(target.numpy())
    return np.argmax(similarities), torch.from_numpy(similarities)


def nearest_words(targets, table, excluded, k):
    similarities = unit_of_array(targets.numpy()) @ unit_of_array(table.numpy()).T
    for line, rows in zip(similarities, excluded, strict=True):
        line[np.array(rows, dtype=int)] = -np.inf
    order = np.argsort(-similarities, axis=-1)[:, :k]
    values = np.take_along_axis(similarities, order, axis=-1)
    return torch.from_numpy(order), torch.from_numpy(values)


def parse_equation(text):
    text = re.sub("[－−–]", "-", text).replace("＋", "+").replace("＝", "=").split("=")[0]
    text = re.sub(r"\s+", "", text)
    text = text if text[:1] in ("+", "-") else f"+{text}"
    terms = re.findall("[+-][^+-]*", text)
    if not terms or any(len(term) == 1 for term in terms):
        raise ValueError("a word is missing")
    return [int(f"{term[0]}1") for term in terms], [term[1:] for term in terms]


def vector_of(text, index, table):
    signs, words = parse_equation(text)
    return combine(signs, torch.stack([word_vector(word, index, table) for word in words]))


def solve_among(text, candidates, index, table):
    vectors = torch.stack([word_vector(word, index, table) for word in candidates])
    place, similarities = nearest_candidate(vector_of(text, index, table), vectors)
    return candidates[place], similarities


def solve_freely(texts, index, table, k):
    words = np.array(list(index), dtype=object)
    targets = torch.stack([vector_of(text, index, table) for text in texts])
    rows = [[row_of(word, index) for word in parse_equation(text)[1]] for text in texts]
    excluded = [[row for row in line if row is not None] for line in rows]
    rows, similarities = nearest_words(targets, table, excluded, k)
    return words[rows.numpy()].tolist(), similarities
