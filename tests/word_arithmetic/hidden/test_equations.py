"""Exercise `equations`, hidden part: any equation, unknown words, a real vocabulary."""

import functools

from hypothesis import example, given
from hypothesis import strategies as st

from assignments.word_arithmetic.puzzles import PUZZLES
from autograder.grading.compare import assert_close, assert_text
from autograder.sandbox.protocol import MappedTensors
from tests.word_arithmetic.cases import (
    PLAIN_WORDS,
    arguments,
    few_examples,
    spoken,
    tensor,
    vocabulary,
)
from tests.word_arithmetic.test_equations import check_freely, check_refusals, check_terms
from tests.word_arithmetic.trusted import read_equation, real_vocabulary, similarity

SIGN = st.sampled_from(["+", "-", "＋", "－", "−", "–"])
SPACE = st.sampled_from(["", " ", "  ", "　", "\t "])
WORD = st.text("皇后抱脸女人MITmit37快", min_size=1, max_size=3)
PARTS = st.lists(st.tuples(SIGN, SPACE, WORD, SPACE), min_size=1, max_size=6)


def written(parts):
    """Each part is a sign, a space, a word and a space."""
    return "".join(map("".join, parts))


FULL_WIDTH = [("－", "", "皇后", "　"), ("＋", "　", "抱 抱", ""), ("－", " ", "3", "\t ")]
DASHES = [("−", " ", "MIT", ""), ("–", "", "女人", "  "), ("-", "", "3", "")]


@few_examples
@example(parts=FULL_WIDTH, end=" ＝ ？", signed=True)
@example(parts=FULL_WIDTH, end="＝", signed=False)
@example(parts=DASHES, end="= a + b", signed=True)
@given(parts=PARTS, end=st.sampled_from(["", "=", " ＝ ？", "= a + b"]), signed=st.booleans())
def test_any_equation_is_read(student, parts, end, signed):
    text = written(parts) + end
    check_terms(student, text if signed else text[1:])


@few_examples
@example(parts=FULL_WIDTH, sign="＋", place=1)
@example(parts=DASHES, sign="–", place=0)
@given(parts=PARTS, sign=SIGN, place=st.integers(0, 6))
def test_any_equation_that_lacks_a_word_is_refused(student, parts, sign, place):
    before, behind = written(parts[:place]), written(parts[place:])
    wrong = [f"{before}{sign}{behind}", f"{before}{behind}{sign}＝ 快", f"{sign} = {behind}"]
    check_refusals(student, wrong, [before + behind])


KNOWN = st.lists(st.sampled_from(["皇后", "男人", "抱抱脸", "IPAD"]), min_size=1, max_size=4)


@few_examples
@example(known=["皇后", "抱抱脸"], unknown="一二", place=0)
@example(known=["皇后", "IPAD"], unknown="☃", place=1)
@example(known=["男人", "皇后"], unknown="q", place=2)
@given(known=KNOWN, unknown=st.text("一二丁q☃", min_size=1, max_size=3), place=st.integers(0, 4))
def test_an_unknown_word_in_an_equation_is_named(student, draw, known, unknown, place):
    words = vocabulary(draw)
    terms = [*known[:place], unknown, *known[place:]]
    for text, named in (terms, unknown), ([unknown], unknown), (known, ""):
        out = student.call("unknown_in_equation", text=" - ".join(text), **arguments(words))
        assert_text(out["word"], named, name="the word that UnknownWord is given")
    plain = vocabulary(draw, PLAIN_WORDS, equal_length=True)
    check_freely(student, plain, ["男人 - 皇后"], 2, alone=True)  # an error everywhere is no answer


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
