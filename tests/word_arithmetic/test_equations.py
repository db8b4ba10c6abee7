"""Exercise `equations`: reading an equation, and solving it."""

import torch

from autograder.grading.compare import assert_close, assert_equal, assert_text
from tests.word_arithmetic.cases import (
    PLAIN_WORDS,
    arguments,
    drawn,
    spoken,
    tensor,
    vocabulary,
)
from tests.word_arithmetic.trusted import read_equation, similarity

CLOSE = 1e-7  # float64; some write down a very small number where a length could be zero


def check_terms(student, *texts):
    for text in texts:
        terms = read_equation(text)
        out = student.call("terms", text=text)
        assert_text(out["words"], spoken(term.word for term in terms), name=f"words of {text!r}")
        signs = torch.tensor([term.sign for term in terms])
        assert_equal(out["signs"], signs, name=f"signs of {text!r}")


def test_signs_and_words_are_read_in_order(student, draw):
    a, b, c, d = drawn(draw, "words", 4)
    check_terms(student, f"{a} - {b} + {c}", f"{b}+{c}+{d}", "Wi - Fi", d)


def test_full_width_signs_and_any_white_space_are_read(student, draw):
    a, b, c = drawn(draw, "words", 3)
    check_terms(student, f"{a}　－　{b}＋{c}", f" {c}−{a} –\t{b} ", "抱 抱 脸 + 人　类\n")


def test_what_stands_behind_an_equals_sign_is_not_read(student, draw):
    a, b, c = drawn(draw, "words", 3)
    check_terms(student, f"{a} + {b} = ?", f"{b} - {c}＝？", f"{c} + {a}=c - d", f"{a}-{c}=")


def test_the_first_word_may_have_a_sign(student, draw):
    a, b, c = drawn(draw, "words", 3)
    check_terms(student, f"- {a} + {b}", f"＋{c}", f"−{b} - {a}")


def test_an_equation_that_lacks_a_word_is_refused(student, draw):
    a, b = drawn(draw, "words", 2)
    wrong = ["", " 　", f"{a} +", f"{a} + - {b}", f"- - {a}", f"= {b}", f"{b} −= {a}", "+"]
    check_refusals(student, wrong, [f"{a} + {b}", f"-{a}"])


def check_refusals(student, wrong, right):
    check_terms(student, *right)  # to refuse everything is no answer
    texts = [*wrong, *right]
    out = student.call("refused", texts=texts)
    expected = torch.tensor([True] * len(wrong) + [False] * len(right))
    assert_equal(out["refused"], expected, name=f"which of {texts} are refused with a ValueError")


def test_an_equation_is_solved_among_candidates(student, draw):
    words = vocabulary(draw, PLAIN_WORDS, equal_length=True)
    candidates = ["国王", "骑士", "学生", "人类"]
    for text in ("皇后 - 女人 + 男人", "快 + 血", "MIT - 3 - 快", "男人"):
        target = words.sum(read_equation(text))
        found = [similarity(target, words.vector(word)) for word in candidates]
        out = student.call("solved_among", text=text, candidates=candidates, **arguments(words))
        answer = candidates[found.index(max(found))]
        assert_text(out["answer"], answer, name=f"answer to {text}")
        assert_close(out["similarities"], tensor(found), name="similarities", atol=CLOSE)


def test_equations_are_solved_in_the_whole_vocabulary_without_their_own_words(student, draw):
    words = vocabulary(draw, PLAIN_WORDS, equal_length=True)
    texts = ["皇后 - 女人 + 男人", "国王 + MIT", "快"]
    check_freely(student, words, texts, 4, alone=True)


def check_freely(student, words, texts, k, alone):
    answers, values = [], []
    for terms in map(read_equation, texts):
        rows, similar = words.nearest(words.sum(terms), words.own_rows(terms), k)
        answers += [words.words[row] for row in rows]
        values.append(similar)
    out = student.call("solved_freely", texts=texts, k=k, alone=alone, **arguments(words))
    assert_text(out["answers"], spoken(answers), name=f"nearest words of {texts}")
    assert_close(out["similarities"], torch.stack([*map(tensor, values)]), name="similarities",
                 atol=CLOSE)  # fmt: skip


def test_words_that_are_made_of_pieces_leave_none_out(student, draw):
    words, texts = vocabulary(draw), ["抱抱脸 + 国王", "Mit - 吸血", "unhappiness"]
    check_freely(student, words, texts, len(words.words) - 1, alone=False)
