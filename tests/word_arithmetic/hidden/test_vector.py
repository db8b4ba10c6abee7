"""Exercise `vector`, hidden part: any vocabulary, single precision."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from autograder.grading.compare import assert_close, assert_text
from tests.word_arithmetic.cases import arguments, few_examples, vocabulary
from tests.word_arithmetic.trusted import Unknown

EXACT = 1e-12  # float64 rounding of means of a few numbers of about ten; any mistake shows at once


def a_word(most):
    return st.text("阿吧c", min_size=1, max_size=most)


@few_examples
@given(known=st.sets(a_word(4), min_size=4, max_size=9), asked=st.lists(a_word(9), min_size=6))
def test_any_word_is_cut_into_its_longest_pieces(student, draw, known, asked):
    words = vocabulary(draw, ("阿", *sorted(known - {"阿"})))
    asked = [f"{word}阿" for word in asked]  # so that something is known of each
    expected = torch.stack([torch.from_numpy(words.vector(word)) for word in asked])
    out = student.call("word_vectors", asked=asked, **arguments(words))
    assert_close(out["vectors"], expected, name="vectors", atol=EXACT)


@few_examples
@given(asked=st.lists(a_word(5), min_size=1, max_size=4))
def test_every_unknown_word_is_named_and_no_other(student, draw, asked):
    words = vocabulary(draw, ("吧吧", "cc", "c吧"))
    for word in asked:
        out = student.call("unknown_word", word=word, **arguments(words))
        assert_text(out["word"], named(words, word), name="the word that UnknownWord is given")


def named(words, word):
    try:
        words.vector(word)
    except Unknown as unknown:
        return str(unknown)
    return ""


def test_pieces_may_be_in_the_other_case_and_precision_is_kept(student, draw):
    words = vocabulary(draw, ("ab", "Ab", "c", "D"), width=4)
    asked = ["ABC", "AbC", "abD", "DC", "dC"]
    expected = torch.stack([torch.from_numpy(words.vector(word)) for word in asked]).float()
    sent = arguments(words)
    out = student.call("word_vectors", asked=asked, **sent | {"table": sent["table"].float()})
    # float32 rounds at 6e-8 of numbers of about ten
    assert_close(out["vectors"], expected, name="vectors", atol=1e-5)
