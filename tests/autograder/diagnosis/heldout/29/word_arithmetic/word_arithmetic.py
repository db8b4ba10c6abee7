"""Word arithmetic: word vectors are added and subtracted, and the nearest words are the answer.

The vocabulary is `index`, a dict from each word to its row, in order of rows, and `table`, whose
rows are the words' vectors. Shapes: d is the width of a vector, V the number of words in the
vocabulary, n the terms of an equation, c its candidates, b a batch of equations. What is computed
from a tensor keeps its dtype, and no tensor that comes in is changed.
"""

import re

import torch

PLAIN = str.maketrans("＋－−–＝", "+---=")  # how each sign may look, and what it means


class UnknownWord(LookupError):
    """No piece of `word` is in the vocabulary."""

    def __init__(self, word):
        super().__init__(f"no piece of {word!r} is in the vocabulary")
        self.word = word


def row_of(word, index):
    """The row of a word, or of a piece of one, as it is written; else that of the same in lower
    case ("IPAD" may be found as "ipad"); None where the vocabulary has neither."""
    return index.get(word, index.get(word.lower(), None))


def rows_of(word, index):
    """The rows of a word's longest known pieces, as a list; of a known word, its own row alone.

    The word is read from the left: of all pieces that begin here and are known (`row_of`), the
    longest is taken, and reading goes on behind it. Where no known piece begins, one character is
    skipped. Raises UnknownWord, which is given the whole word, if nothing at all was found.
    """
    rows, start = [], 0
    while start < len(word):
        stops = [stop for stop in range(start + 1, len(word) + 1)
                 if row_of(word[start:stop], index) is not None]
        if stops:
            rows.append(row_of(word[start:stops[-1]], index))
        start = stops[-1] if stops else start + 1
    if not rows:
        raise UnknownWord(word)
    return rows


def word_vector(word, index, table):
    """The mean of the vectors of a word's pieces, (d,): of a known word, its own vector."""
    return torch.mean(table[rows_of(word, index)], dim=0)


def combine(signs, vectors):
    """The sum of the terms, (d,): `signs` is a list of 1 and -1, `vectors` is (n, d)."""
    return torch.einsum("n,nd->d", torch.as_tensor(signs, dtype=vectors.dtype), vectors)  # (n,) @ (n, d) -> (d,)


def unit(x):
    """x / |x|; zeros stay zeros."""
    lengths = torch.linalg.vector_norm(x, dim=-1, keepdim=True)
    return torch.where(lengths > 0, x / lengths, torch.zeros_like(x))



def cosine_similarity(a, b):
    """The cosine of the angle between vectors along the last axis, 0 where one of them is zero.

    The leading axes broadcast: (d,) and (c, d) give (c,); (b, 1, d) and (c, d) give (b, c).
    """
    return torch.sum(unit(a) * unit(b), dim=-1)


def nearest_candidate(target, vectors):
    """Which of `vectors` (c, d) is the most similar to `target` (d,), and how similar each one is.

    Returns its place as an int, the first of several that are equally near, and all similarities
    (c,).
    """
    similarities = cosine_similarity(target, vectors)  # (c,)
    return int(torch.argmax(similarities)), similarities


def nearest_words(targets, table, excluded, k):
    """The k rows of `table` (V, d) that are the most similar to each of `targets` (b, d).

    `excluded` holds a list of rows for each target, which may be empty: these don't count.
    Returns rows and similarities, both (b, k), the most similar first. At least k rows are left.
    """
    similarities = torch.matmul(unit(targets), table.transpose(0, 1))  # (b, V)
    for of_one, rows in zip(similarities, excluded, strict=True):  # (V,), a view
        if rows:
            of_one[torch.tensor(rows)] = -torch.inf
    top = torch.topk(similarities, k=k, dim=-1, largest=True, sorted=True)
    return top.indices, top.values


def parse_equation(text):
    """Signs and words of an equation as two lists: "a - b = ?" gives [1, -1] and ["a", "b"].

    A sign may be ASCII or any of `PLAIN`: minus is - － − or –. White space of any kind, also
    full-width and also inside a word, means nothing. What stands behind the first equals sign is
    not read. The first word may have a sign; without one it is added. Raises ValueError where a
    word is missing: at the end, between two signs, or altogether.
    """
    left = "".join(str.translate(text, PLAIN).split("=", maxsplit=1)[0].split())
    if not left.startswith(("+", "-")):
        left = "+" + left
    parts = re.split(r"([-+])", left)[1:]  # sign, word, sign, word …
    signs, words = [1 - 2 * (mark == "-") for mark in parts[::2]], parts[1::2]
    if not all(words):
        raise ValueError(f"{text!r}: a word is missing")
    return signs, words


def equation_vector(text, index, table):
    """What the terms of an equation come to, (d,)."""
    signs, words = parse_equation(text)
    vectors = torch.stack([word_vector(word, index, table) for word in words])  # (n, d)
    return combine(signs, vectors)


def solve_among(text, candidates, index, table):
    """The one of `candidates`, a list of words, that is nearest to the equation.

    Returns that word, and the similarity of each candidate, (c,).
    """
    vectors = torch.stack([word_vector(word, index, table) for word in candidates])  # (c, d)
    place, similarities = nearest_candidate(equation_vector(text, index, table), vectors)
    return candidates[place], similarities


def solve_freely(texts, index, table, k):
    """The k words of the whole vocabulary nearest to each equation of a list of b.

    An equation's own words are left out: those that have a row (`row_of`). Returns b lists of k
    words, the nearest first, and their similarities (b, k).
    """
    targets = torch.stack([equation_vector(text, index, table) for text in texts])  # (b, d)
    found = [[row_of(word, index) for word in parse_equation(text)[1]] for text in texts]
    excluded = [[row for row in line if row is not None] for line in found]
    rows, similarities = nearest_words(targets, table, excluded, k)
    words = list(index)
    return [[words[row] for row in line] for line in rows.tolist()], similarities
