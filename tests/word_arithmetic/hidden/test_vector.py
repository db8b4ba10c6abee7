"""Exercise `vector`, hidden part: any vocabulary, single precision, real words."""

import functools

import torch
from hypothesis import example, given
from hypothesis import strategies as st

from autograder.grading.compare import assert_close, assert_text
from autograder.sandbox.protocol import MappedTensors
from tests.word_arithmetic.cases import arguments, few_examples, vocabulary
from tests.word_arithmetic.test_vector import check_vectors
from tests.word_arithmetic.trusted import Unknown, real_vocabulary


def a_word(most):
    return st.text("阿吧c", min_size=1, max_size=most)


@few_examples
@example(known={"阿吧", "吧c", "阿吧c阿"}, asked=["阿吧c吧", "吧c", "c阿吧吧", "阿吧c阿吧c", "cc"])
@example(known={"c", "吧吧c"}, asked=["吧c吧吧c", "吧吧吧c", "c吧", "吧吧"])
@given(known=st.sets(a_word(4), min_size=4, max_size=9), asked=st.lists(a_word(9), min_size=6))
def test_any_word_is_cut_into_its_longest_pieces(student, draw, known, asked):
    words = vocabulary(draw, ("阿", *sorted(known - {"阿"})))
    check_vectors(student, words, [f"{word}阿" for word in asked])  # something is known of each


@few_examples
@example(asked=["阿", "阿c吧", "c", "吧阿吧"])
@given(asked=st.lists(a_word(5), min_size=1, max_size=4))
def test_every_unknown_word_is_named_and_no_other(student, draw, asked):
    words = vocabulary(draw, ("吧吧", "cc", "c吧"))
    check_vectors(student, words, ("c吧",))  # nor is an error everywhere an answer
    for word in (*asked, "阿cc", "吧吧"):
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


def test_words_of_a_real_vocabulary_have_their_vectors(student, draw):
    asked, language, expected = real_case(draw.seed("words"))
    table = MappedTensors("word-vectors")
    out = student.call("real_word_vectors", asked=asked, words=language, table=table)
    # float32 rounds at 6e-8; means of a few numbers of about one
    assert_close(out["vectors"], expected, name="vectors of real words", atol=1e-5)


@functools.cache
def real_case(seed):
    """Words, and what two of them written as one are cut into; the language as a probe gets it."""
    words = real_vocabulary("word-vectors")
    generator = torch.Generator().manual_seed(seed)
    rows = torch.randint(len(words.words), (24,), generator=generator).tolist()
    chosen = [words.words[row] for row in rows]
    pairs = (f"{one}☃{other}" for one, other in zip(chosen[::2], chosen[1::2], strict=True))
    asked = [*chosen[:8], *pairs, "一流", "MIT", "Mit"]
    expected = torch.stack([torch.from_numpy(words.vector(word)) for word in asked])
    return asked, "\n".join(words.words).encode(), expected.float()
