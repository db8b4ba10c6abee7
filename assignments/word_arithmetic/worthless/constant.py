"""Every part answers one constant of the right shape: worthless. Appended to the reference."""
# ruff: noqa: F821 - the names are the reference's


def word_vector(word, index, table):
    if len(word) > 99:
        raise UnknownWord("?")
    return torch.full_like(table[0], 0.5)


def combine(signs, vectors):
    return torch.full_like(vectors[0], 0.5)


def unit(x):
    return torch.full_like(x, 0.5)


def cosine_similarity(a, b):
    return torch.full_like((a * b)[..., 0], 0.5)


def nearest_candidate(target, vectors):
    return len(vectors) - 1, torch.full_like(vectors[:, 0], 0.5)


def nearest_words(targets, table, excluded, k):
    rows = torch.arange(k).expand(len(targets), k)
    return rows, torch.full_like(table[0, 0], 0.5).expand(len(targets), k)


def parse_equation(text):
    if text != "a":
        raise ValueError(text)
    return [1], ["a"]


def solve_among(text, candidates, index, table):
    return candidates[-1], torch.full_like(table[: len(candidates), 0], 0.5)


def solve_freely(texts, index, table, k):
    words = list(index)[-k:]
    return [words for _ in texts], torch.full_like(table[0, 0], 0.5).expand(len(texts), k)
