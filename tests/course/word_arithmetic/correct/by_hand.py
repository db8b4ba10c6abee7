"""Every loop written out, and hardly a function of torch."""

import math

import torch


class UnknownWord(Exception):
    def __init__(self, word):
        Exception.__init__(self, "unknown: " + word)
        self.word = word


def find(piece, index):
    if piece in index:
        return index[piece]
    if piece.lower() in index:
        return index[piece.lower()]
    return -1


def word_vector(word, index, table):
    total, count, start = None, 0, 0
    while start < len(word):
        length = len(word) - start
        while length > 0 and find(word[start : start + length], index) < 0:
            length = length - 1
        if length == 0:
            start = start + 1
            continue
        vector = table[find(word[start : start + length], index)]
        total = vector if total is None else total + vector
        count = count + 1
        start = start + length
    if count == 0:
        raise UnknownWord(word)
    return total / count


def combine(signs, vectors):
    total = torch.zeros_like(vectors[0])
    for sign, vector in zip(signs, vectors, strict=True):
        total = total + sign * vector
    return total


def length_of(x):
    return torch.sqrt(torch.sum(x * x, dim=-1))


def unit(x):
    length = length_of(x)
    length[length == 0] = 1
    return x / length.unsqueeze(-1)


def cosine_similarity(a, b):
    dot = torch.sum(a * b, dim=-1)
    lengths = length_of(a) * length_of(b)
    return torch.where(lengths > 0, dot / lengths, torch.zeros_like(dot))


def nearest_candidate(target, vectors):
    similarities = []
    for vector in vectors:
        similarities.append(cosine_similarity(target, vector))
    best = 0
    for place in range(len(similarities)):
        if similarities[place] > similarities[best]:
            best = place
    return best, torch.stack(similarities)


def nearest_words(targets, table, excluded, k):
    all_rows, all_values = [], []
    for target, left_out in zip(targets, excluded, strict=True):
        similarities = cosine_similarity(target, table)
        for row in left_out:
            similarities[row] = -math.inf
        rows = []
        for _ in range(k):
            best = int(torch.argmax(similarities))
            rows.append((best, float(similarities[best])))
            similarities[best] = -math.inf
        all_rows.append([row for row, _ in rows])
        all_values.append([value for _, value in rows])
    return torch.tensor(all_rows), torch.tensor(all_values, dtype=table.dtype)


def parse_equation(text):
    signs, words, sign, word = [], [], None, ""
    for letter in text:
        if letter in "=＝":
            break
        if letter.isspace():
            continue
        if letter in "+＋-－−–":
            if word:
                signs.append(1 if sign is None else sign)
                words.append(word)
            elif sign is not None:
                raise ValueError("two signs in a row")
            sign, word = (1 if letter in "+＋" else -1), ""
        else:
            word = word + letter
    if not word:
        raise ValueError("a word is missing")
    signs.append(1 if sign is None else sign)
    words.append(word)
    return signs, words


def result_of(text, index, table):
    signs, words = parse_equation(text)
    vectors = []
    for word in words:
        vectors.append(word_vector(word, index, table))
    return combine(signs, torch.stack(vectors))


def solve_among(text, candidates, index, table):
    vectors = []
    for word in candidates:
        vectors.append(word_vector(word, index, table))
    place, similarities = nearest_candidate(result_of(text, index, table), torch.stack(vectors))
    return candidates[place], similarities


def solve_freely(texts, index, table, k):
    targets, excluded = [], []
    for text in texts:
        targets.append(result_of(text, index, table))
        excluded.append([])
        for word in parse_equation(text)[1]:
            if find(word, index) >= 0:
                excluded[-1].append(find(word, index))
    rows, similarities = nearest_words(torch.stack(targets), table, excluded, k)
    word_at = {row: word for word, row in index.items()}
    return [[word_at[int(row)] for row in line] for line in rows], similarities
