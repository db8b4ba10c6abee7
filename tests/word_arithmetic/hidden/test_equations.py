"""Exercise `equations`, hidden part: any equation, unknown words, a real vocabulary."""

import functools

import torch
from hypothesis import given
from hypothesis import strategies as st

from assignments.word_arithmetic.puzzles import PUZZLES
from autograder.grading.compare import assert_close, assert_equal, assert_text
from autograder.sandbox.protocol import MappedTensors
from tests.word_arithmetic.cases import arguments, few_examples, spoken, tensor, vocabulary
from tests.word_arithmetic.trusted import read_equation, real_vocabulary, similarity

SIGNS = st.sampled_from(["+", "-", "＋", "－", "−", "–"])
SPACE = st.sampled_from(["", " ", "  ", "　", "\t "])
WORD = st.sampled_from(["皇后", "抱 抱", "MIT", "3", "女人"])


@few_examples
@given(
    parts=st.lists(st.tuples(SIGNS, SPACE, WORD, SPACE), min_size=1, max_size=6),
    end=st.sampled_from(["", "=", " ＝ ？", "= a + b"]),
    signed=st.booleans(),
)
def test_any_equation_is_read(student, parts, end, signed):
    text = "".join(map("".join, parts)) + end
    text = text if signed else text[1:]
    terms = read_equation(text)
    out = student.call("terms", text=text)
    assert_text(out["words"], spoken(term.word for term in terms), name="words")
    assert_equal(out["signs"], torch.tensor([term.sign for term in terms]), name="signs")


@few_examples
@given(
    known=st.lists(st.sampled_from(["皇后", "男人", "抱抱脸", "IPAD"]), max_size=4),
    unknown=st.sampled_from(["一二", "q", "☃"]),
    place=st.integers(0, 4),
)
def test_an_unknown_word_in_an_equation_is_named(student, draw, known, unknown, place):
    words = [*known[:place], unknown, *known[place:]]
    out = student.call("unknown_in_equation", text=" - ".join(words), **arguments(vocabulary(draw)))
    assert_text(out["word"], unknown, name="the word that UnknownWord is given")


def test_the_courses_equations_are_solved_with_real_vectors(student):
    arguments, answers, similarities, nearest = course_case()
    out = student.call("all_solved", **arguments, table=MappedTensors("word-vectors"), k=3)
    for number, (answer, values) in enumerate(zip(answers, similarities, strict=True), start=1):
        name = f"to equation {number}"
        # float32 rounds at 6e-8; a hundred products of about a tenth
        found = out[f"similarities.{number}"]
        assert_close(found, tensor(values).float(), name=f"similarities {name}", atol=1e-5)
        assert_text(out[f"answer.{number}"], answer, name=f"answer {name}")
    assert_text(out["nearest"], spoken(nearest), name="three nearest words of each equation")


@functools.cache
def course_case():
    """The probe's arguments; answers, similarities and the three nearest words of each puzzle."""
    words = real_vocabulary("word-vectors")
    answers, similarities, nearest = [], [], []
    for puzzle in PUZZLES:
        terms = read_equation(puzzle.equation)
        target = words.sum(terms)
        values = [similarity(target, words.vector(word)) for word in puzzle.candidates]
        answers.append(puzzle.candidates[values.index(max(values))])
        similarities.append(values)
        rows, _ = words.nearest(target, words.own_rows(terms), 3)
        nearest += [words.words[row] for row in rows]
    arguments = {
        "equations": [puzzle.equation for puzzle in PUZZLES],
        "candidates": [list(puzzle.candidates) for puzzle in PUZZLES],
        "words": "\n".join(words.words).encode(),
    }
    return arguments, answers, similarities, nearest
