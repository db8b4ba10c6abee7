"""Exercise `vector`: a word's vector, its own or made of pieces."""

import torch

from autograder.grading.compare import assert_close, assert_text
from tests.word_arithmetic.cases import arguments, vocabulary
from tests.word_arithmetic.trusted import Vocabulary

EXACT = 1e-12  # float64 rounding of means of a few numbers of about ten; any mistake shows at once


def check_vectors(student, words: Vocabulary, asked):
    expected = torch.stack([torch.from_numpy(words.vector(word)) for word in asked])
    out = student.call("word_vectors", asked=list(asked), **arguments(words))
    assert_close(out["vectors"], expected, name=f"vectors of {', '.join(asked)}", atol=EXACT)
    assert_close(out["table"], torch.from_numpy(words.table), name="table afterwards", atol=0.0)


def test_a_known_word_is_its_own_vector_whatever_it_is_made_of(student, draw):
    check_vectors(student, vocabulary(draw), ("皇后", "抱抱", "happiness", "后", "3"))


def test_a_word_is_taken_as_it_is_written_and_else_in_lower_case(student, draw):
    check_vectors(student, vocabulary(draw), ("MIT", "mit", "Mit", "IPAD", "A"))


def test_another_word_is_the_mean_of_its_longest_pieces(student, draw):
    check_vectors(student, vocabulary(draw), ("抱抱脸", "抱脸", "unhappiness", "国人类", "抱抱抱"))


def test_what_is_not_known_within_a_word_is_skipped(student, draw):
    check_vectors(student, vocabulary(draw), ("一抱二脸", "吸血", "皇后们", "happi-ness"))


def test_a_word_of_which_nothing_is_known_is_named(student, draw):
    words = vocabulary(draw)
    check_vectors(student, words, ("皇后", "ipad"))
    for word, named in (("一二", "一二"), ("q", "q"), ("皇后", ""), ("☃", "☃"), ("ipad", "")):
        out = student.call("unknown_word", word=word, **arguments(words))
        assert_text(out["word"], named, name=f"the word that UnknownWord is given for {word}")
