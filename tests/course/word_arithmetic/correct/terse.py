"""As short as it gets, with a look-up table of pieces and one regular expression."""

import re

import torch


class UnknownWord(LookupError):
    word = property(lambda self: self.args[0])


def row_of(w, index):
    return index.get(w, index.get(w.lower()))


def rows_of(w, index):
    cut = next((n for n in range(len(w), 0, -1) if row_of(w[:n], index) is not None), 0)
    return ([row_of(w[:cut], index)] if cut else []) + (rows_of(w[cut or 1 :], index) if w else [])


def word_vector(w, index, table):
    if not (rows := rows_of(w, index)):
        raise UnknownWord(w)
    return table[rows].sum(0).div(len(rows))


def combine(signs, vectors):
    return torch.tensor(signs).to(vectors) @ vectors


def unit(x):
    return torch.where(x.norm(dim=-1, keepdim=True) > 0, x / x.norm(dim=-1, keepdim=True), x)


def cosine_similarity(a, b):
    return (unit(a)[..., None, :] @ unit(b)[..., None])[..., 0, 0]


def nearest_candidate(target, vectors):
    return (s := cosine_similarity(target, vectors)).argmax().item(), s


def nearest_words(targets, table, excluded, k):
    s = unit(targets) @ unit(table).mT
    s[[i for i, x in enumerate(excluded) for _ in x], [r for x in excluded for r in x]] = -9
    return (best := s.topk(k)).indices, best.values


def parse_equation(text):
    left = re.sub(r"[=＝].*|\s", "", text, flags=re.S)
    terms = re.split("(?=[+＋－−–-])", left)[not left or left[0] in "+＋－−–-" :]
    words = [re.sub("[+＋－−–-]", "", term) for term in terms]
    if not (words and all(words)):
        raise ValueError
    return [1 - 2 * (term[0] in "－−–-") for term in terms], words


def solve_among(text, candidates, index, table):
    signs, words = parse_equation(text)
    target, *vectors = [
        combine(signs, torch.stack([word_vector(w, index, table) for w in words])),
        *(word_vector(w, index, table) for w in candidates),
    ]
    place, s = nearest_candidate(target, torch.stack(vectors))
    return candidates[place], s


def solve_freely(texts, index, table, k):
    read = [parse_equation(text) for text in texts]
    targets = [
        combine(s, torch.stack([word_vector(w, index, table) for w in ws])) for s, ws in read
    ]
    out = [[r for w in ws if (r := row_of(w, index)) is not None] for _, ws in read]
    rows, s = nearest_words(torch.stack(targets), table, out, k)
    return [[list(index)[r] for r in line] for line in rows], s
