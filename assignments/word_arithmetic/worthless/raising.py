"""Every part raises the errors that some tests ask for: worthless. Appended to the reference."""
# ruff: noqa: F821 - the names are the reference's


def word_vector(word, index, table):
    raise UnknownWord(word)


def combine(signs, vectors):
    raise ValueError


def unit(x):
    raise ValueError


def cosine_similarity(a, b):
    raise ValueError


def nearest_candidate(target, vectors):
    raise ValueError


def nearest_words(targets, table, excluded, k):
    raise ValueError


def parse_equation(text):
    raise ValueError(text)


def solve_among(text, candidates, index, table):
    raise UnknownWord(text)


def solve_freely(texts, index, table, k):
    raise UnknownWord(texts[0].split(" - ")[-1])
