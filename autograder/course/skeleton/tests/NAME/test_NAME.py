"""The public tests: students get this file, and `autograder check` runs it."""

import torch

from autograder.grading.compare import assert_close

EXACT = 1e-12  # float64 rounding in sums of a dozen numbers up to ten


def test_weights_are_shares_of_the_exponentials(student, draw):
    scores = draw.normal("scores", 3, 8)
    out = student.call("weights", scores=scores)
    assert_close(out["weights"], torch.softmax(scores, dim=-1), name="weights", atol=EXACT)
    assert_close(out["scores"], scores, name="scores afterwards", atol=0.0)


def test_large_scores_do_not_overflow(student, draw):
    height = torch.tensor([[-1000.0], [0.0], [1000.0]])  # of each row: one largest of all won't do
    scores = height + draw.normal("scores", 3, 8)
    out = student.call("weights", scores=scores)
    assert_close(out["weights"], torch.softmax(scores, dim=-1), name="weights", atol=EXACT)


def test_the_loss_is_the_mean_over_the_rows(student, draw):
    scores, labels = draw.normal("scores", 6, 8), draw.integers("labels", 8, 6)
    out = student.call("loss", scores=scores, labels=labels)
    expected = torch.nn.functional.cross_entropy(scores, labels)
    assert_close(out["loss"], expected, name="loss", atol=EXACT)
