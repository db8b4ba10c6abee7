"""A class that knows the vocabulary; the functions of the assignment only call it."""

import functools
import itertools

import torch

MINUS, PLUS = set("-－−–"), set("+＋")


class UnknownWord(LookupError):
    """Keeps the word."""

    def __init__(self, word):
        super().__init__(f"{word}?")
        self.word = word


class Calculator:
    def __init__(self, index, table):
        self.index, self.table = index, table
        self.longest = max(map(len, index), default=0)

    def row(self, piece):
        return self.index.get(piece, self.index.get(piece.lower()))

    def pieces(self, word):
        at = 0
        while at < len(word):
            size = next(
                (size for size in range(min(self.longest, len(word) - at), 0, -1)
                 if self.row(word[at : at + size]) is not None),
                None,
            )  # fmt: skip
            if size:
                yield self.row(word[at : at + size])
            at += size or 1

    def __getitem__(self, word):
        rows = list(self.pieces(word))
        if not rows:
            raise UnknownWord(word)
        return self.table.index_select(0, torch.tensor(rows)).mean(dim=0)

    def evaluate(self, text):
        signs, words = parse_equation(text)
        return combine(signs, torch.stack([self[word] for word in words]))

    def own_rows(self, text):
        return [row for row in map(self.row, parse_equation(text)[1]) if row is not None]


@functools.cache
def _sign(letter):
    return -1 if letter in MINUS else 1 if letter in PLUS else 0


def word_vector(word, index, table):
    return Calculator(index, table)[word]


def combine(signs, vectors):
    return (vectors * torch.tensor(signs, dtype=vectors.dtype).unsqueeze(1)).sum(0)


def unit(x):
    return torch.nan_to_num(x / torch.linalg.vector_norm(x, dim=-1, keepdim=True), nan=0.0)


def cosine_similarity(a, b):
    a, b = torch.broadcast_tensors(unit(a), unit(b))
    return torch.linalg.vecdot(a, b)


def nearest_candidate(target, vectors):
    similarities = cosine_similarity(target.unsqueeze(0), vectors)
    order = sorted(range(len(vectors)), key=lambda place: (-similarities[place], place))
    return order[0], similarities


def nearest_words(targets, table, excluded, k):
    similarities = torch.mm(unit(targets), unit(table).t())
    pairs = [(line, row) for line, rows in enumerate(excluded) for row in rows]
    if pairs:
        lines, rows = map(torch.tensor, zip(*pairs, strict=True))
        similarities[lines, rows] = -2
    values, rows = torch.topk(similarities, k)
    return rows, values


def parse_equation(text):
    letters = [x for x in itertools.takewhile(lambda x: x not in "=＝", text) if not x.isspace()]
    if letters and not _sign(letters[0]):
        letters.insert(0, "+")
    groups = [
        (is_word, list(group))
        for is_word, group in itertools.groupby(letters, lambda x: not _sign(x))
    ]
    kinds = [is_word for is_word, _ in groups]
    if (
        not groups
        or kinds != [False, True] * (len(groups) // 2)
        or any(len(group) > 1 for is_word, group in groups if not is_word)
    ):
        raise ValueError(text)
    signs = [_sign(group[0]) for is_word, group in groups if not is_word]
    return signs, ["".join(group) for is_word, group in groups if is_word]


def solve_among(text, candidates, index, table):
    calculator = Calculator(index, table)
    vectors = torch.stack([calculator[word] for word in candidates])
    place, similarities = nearest_candidate(calculator.evaluate(text), vectors)
    return candidates[place], similarities


def solve_freely(texts, index, table, k):
    calculator = Calculator(index, table)
    targets = torch.stack([calculator.evaluate(text) for text in texts])
    rows, values = nearest_words(targets, table, [calculator.own_rows(text) for text in texts], k)
    words = [*index]
    return [[words[row] for row in line] for line in rows.tolist()], values
