"""Every part hands on what it was given, in shape: worthless. Appended to the reference."""
# ruff: noqa: F821 - the names are the reference's


def word_vector(word, index, table):
    return table[len(word) % len(table)] + 1


def combine(signs, vectors):
    return vectors[0] + vectors[-1]


def unit(x):
    return x


def cosine_similarity(a, b):
    return (a * b)[..., 0]


def nearest_candidate(target, vectors):
    return 0, vectors @ target


def nearest_words(targets, table, excluded, k):
    similarities = targets @ table.T
    return torch.arange(k).expand(len(targets), k), similarities[:, :k]


def parse_equation(text):
    return [-1], [text.replace(" ", "_")]


def solve_among(text, candidates, index, table):
    return text, table[: len(candidates), 0]


def solve_freely(texts, index, table, k):
    return [[text] * k for text in texts], table[: len(texts), :1].expand(-1, k)
