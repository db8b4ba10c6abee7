"""The two solvers do everything themselves and call none of the other functions."""

import torch


class UnknownWord(LookupError):
    def __init__(self, word):
        super().__init__(word)
        self.word = word


def word_vector(word, index, table):
    rows, start = [], 0
    while start < len(word):
        for stop in range(len(word), start, -1):
            piece = word[start:stop]
            piece = piece if piece in index else piece.lower()
            if piece in index:
                rows.append(index[piece])
                start = stop
                break
        else:
            start += 1
    if rows:
        return sum(table[row] for row in rows) / len(rows)
    raise UnknownWord(word)


def combine(signs, vectors):
    return sum(sign * vector for sign, vector in zip(signs, vectors, strict=True))


def unit(x):
    return x / x.square().sum(-1, keepdim=True).sqrt().clamp(min=1e-30)


def cosine_similarity(a, b):
    lengths = a.norm(dim=-1) * b.norm(dim=-1)
    return (a * b).sum(-1) / lengths.clamp(min=1e-30)


def nearest_candidate(target, vectors):
    similarities = vectors @ target / (vectors.norm(dim=1) * target.norm()).clamp(min=1e-30)
    return similarities.max(0).indices.item(), similarities


def nearest_words(targets, table, excluded, k):
    dots = targets @ table.T
    similarities = dots / (targets.norm(dim=1)[:, None] * table.norm(dim=1)).clamp(min=1e-30)
    for place, rows in enumerate(excluded):
        for row in rows:
            similarities[place, row] = float("-inf")
    values, rows = similarities.topk(k)
    return rows, values


def parse_equation(text):
    for sign, plain in ("＋+", "－-", "−-", "–-", "＝="):
        text = text.replace(sign, plain)
    text = "".join(text.split("=")[0].split()).replace("-", "+~").removeprefix("+")
    signs = [-1 if part.startswith("~") else 1 for part in text.split("+")]
    words = [part.removeprefix("~") for part in text.split("+")]
    if "" in words:
        raise ValueError("where is the word?")
    return signs, words


def solve_among(text, candidates, index, table):
    target = 0
    for sign, word in zip(*parse_equation(text), strict=True):
        target = target + sign * word_vector(word, index, table)
    vectors = torch.stack([word_vector(word, index, table) for word in candidates])
    similarities = vectors @ target / (vectors.norm(dim=1) * target.norm())
    return candidates[int(similarities.argmax())], similarities


def solve_freely(texts, index, table, k):
    answers, values = [], []
    words = list(index)
    for text in texts:
        target, excluded = 0, []
        for sign, word in zip(*parse_equation(text), strict=True):
            target = target + sign * word_vector(word, index, table)
            excluded += [index[one] for one in (word, word.lower()) if one in index][:1]
        similarities = table @ target / (table.norm(dim=1) * target.norm()).clamp(min=1e-30)
        similarities[excluded] = -torch.inf
        best = similarities.topk(k)
        answers.append([words[row] for row in best.indices])
        values.append(best.values)
    return answers, torch.stack(values)
