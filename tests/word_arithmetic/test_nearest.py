"""Exercise `nearest`: among candidates, and in a whole vocabulary."""

import torch

from autograder.grading.compare import assert_close, assert_equal
from tests.word_arithmetic.cases import arguments, assert_rows, tensor, vocabulary
from tests.word_arithmetic.trusted import similarity

EXACT = 1e-7  # float64; some write down a very small number where a length could be zero


def check_candidate(student, target, vectors, place):
    found = [similarity(target.numpy(), vector.numpy()) for vector in vectors]
    out = student.call("nearest_candidate", target=target, vectors=vectors)
    assert_close(out["similarities"], tensor(found), name="similarities", atol=EXACT)
    assert_equal(out["place"], torch.tensor(place), name="place of the nearest candidate")


def test_the_candidate_with_the_largest_cosine_is_found(student, draw):
    for count in (3, 4, 1):
        vectors = draw.normal(f"{count} candidates", count, 6)
        target = draw.normal(f"target of {count}", 6)
        vectors[-1] += 0.5 * target
        vectors[0] = -9 * target + vectors[0]  # the largest dot product is not the point
        found = [similarity(target.numpy(), vector.numpy()) for vector in vectors]
        check_candidate(student, target, vectors, found.index(max(found)))


def test_of_equally_near_candidates_the_first_is_taken(student):
    north, east = [0.0, 4.0], [2.0, 0.0]  # exact in every way to compute them
    for vectors, place in (([north, east, east], 1), ([east, east, north], 0)):
        check_candidate(student, tensor([1.0, 0.0]), tensor(vectors), place)


def check_words(student, words, targets, excluded, k):
    expected = [words.nearest(target.numpy(), barred, k)
                for target, barred in zip(targets, excluded, strict=True)]  # fmt: skip
    out = student.call("nearest_words", targets=targets, table=arguments(words)["table"],
                       excluded=excluded, k=k)  # fmt: skip
    assert_rows(out, expected, atol=EXACT)
    assert_equal(out["changed"], torch.tensor(False), name="whether the table was changed")


def test_the_nearest_words_come_in_order_of_their_cosine(student, draw):
    words = vocabulary(draw)
    for k in (1, 5, len(words.words)):
        check_words(student, words, draw.normal(f"target {k}", 1, 6), [[]], k)


def test_a_batch_gives_each_target_its_own_words(student, draw):
    check_words(student, vocabulary(draw), draw.normal("targets", 4, 6), [[]] * 4, 3)


def test_excluded_rows_are_left_out_of_their_own_target_alone(student, draw):
    words, targets = vocabulary(draw), draw.normal("targets", 3, 6)
    best = [words.nearest(target.numpy(), (), 4)[0] for target in targets]
    excluded = [best[0][:2], [], [best[2][0], best[2][3]]]
    for k in (4, len(words.words) - 2):  # nearly all: those below zero too
        check_words(student, words, targets, excluded, k)
