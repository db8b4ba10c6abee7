"""The graded tests' way into a submission: data in, calls of the student's code, tensors out.

Each probe runs where the student's code runs. Its first argument is the student's module. A
vocabulary comes as `words`, a list or, of a whole language, the bytes of its lines, and `table`, a
tensor or the mapped tensors that hold one. Text goes back as the code points of its characters.
"""

import torch

from assignments.word_arithmetic.standins import ALL, COSINE, replaced


def points(text):
    return torch.tensor([ord(letter) for letter in text], dtype=torch.int64)


def spoken(words):
    """Words in one text; no word has a space in it."""
    return points(" ".join(words))


def vocabulary(words, table):
    """The index and the table that the student's functions are given."""
    if isinstance(words, bytes):
        words = words.decode("utf-8").split("\n")
    if isinstance(table, dict):
        table = table["table"].float()
    return {word: row for row, word in enumerate(words)}, table


# ------------------------------------------------------------------ vector


def word_vectors(student, *, asked, words, table):
    """The vector of each word in `asked`, and the table as the student's code left it."""
    index, table = vocabulary(words, table)
    vectors = [student.word_vector(word, index, table) for word in asked]
    return {"vectors": torch.stack(vectors), "table": table}


def real_word_vectors(student, *, asked, words, table):
    index, table = vocabulary(words, table)
    return {"vectors": torch.stack([student.word_vector(word, index, table) for word in asked])}


def unknown_word(student, *, word, words, table):
    """The word that the error names; nothing where there was none."""
    try:
        student.word_vector(word, *vocabulary(words, table))
    except student.UnknownWord as error:
        return {"word": points(str(error.word))}
    return {"word": points("")}


# ------------------------------------------------------------------ arithmetic


def combined(student, *, signs, vectors):
    return {"sum": student.combine(signs, vectors), "vectors": vectors}


# ------------------------------------------------------------------ similarity


def directions(student, *, x):
    return {"directions": student.unit(x), "x": x}


def similarities(student, *, a, b):
    return {"similarities": student.cosine_similarity(a, b)}


# ------------------------------------------------------------------ nearest


def nearest_candidate(student, *, target, vectors):
    with replaced(student, COSINE):
        place, found = student.nearest_candidate(target, vectors)
    return {"place": torch.tensor(int(place)), "similarities": found}


def nearest_words(student, *, targets, table, excluded, k):
    _, table = vocabulary((), table)
    before = table.sum()
    with replaced(student, COSINE):
        rows, found = student.nearest_words(targets, table, excluded, k)
    return {"rows": rows, "similarities": found, "changed": before != table.sum()}


# ------------------------------------------------------------------ equations


def terms(student, *, text):
    signs, words = student.parse_equation(text)
    return {"signs": torch.tensor([int(sign) for sign in signs]), "words": spoken(words)}


def refused(student, *, texts):
    """Whether each text is refused as an equation in which a word is missing."""
    return {"refused": torch.tensor([is_refused(student, text) for text in texts])}


def is_refused(student, text):
    try:
        student.parse_equation(text)
    except ValueError:
        return True
    return False


def solved_among(student, *, text, candidates, words, table, alone=True):
    """With `alone`, everything that solving needs and that is another exercise is replaced."""
    index, table = vocabulary(words, table)
    with replaced(student, ALL if alone else {}):
        answer, found = student.solve_among(text, candidates, index, table)
    return {"answer": points(str(answer)), "similarities": found}


def solved_freely(student, *, texts, words, table, k, alone=True):
    index, table = vocabulary(words, table)
    with replaced(student, ALL if alone else {}):
        answers, found = student.solve_freely(texts, index, table, k)
    return {"answers": spoken(word for line in answers for word in line), "similarities": found}


def unknown_in_equation(student, *, text, words, table):
    """The word that the error of an equation names; nothing where there was none."""
    with replaced(student, COSINE):
        try:
            student.solve_freely([text], *vocabulary(words, table), 1)
        except student.UnknownWord as error:
            return {"word": points(str(error.word))}
    return {"word": points("")}


def all_solved(student, *, equations, candidates, words, table, k):
    """Several equations, among candidates and in the whole vocabulary; nothing is replaced."""
    index, table = vocabulary(words, table)
    outputs = {}
    for number, (text, among) in enumerate(zip(equations, candidates, strict=True), start=1):
        answer, found = student.solve_among(text, among, index, table)
        outputs |= {f"answer.{number}": points(str(answer)), f"similarities.{number}": found}
    answers, found = student.solve_freely(equations, index, table, k)
    words = spoken(word for line in answers for word in line)
    return outputs | {"nearest": words, "similarities": found}
