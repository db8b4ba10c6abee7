"""The hidden tests: never released, and seeded by the secret in assignment.toml."""

import torch

from autograder.grading.compare import assert_close

EXACT = 1e-12  # float64 rounding in sums of a dozen numbers up to ten


def test_any_number_of_axes_may_stand_in_front(student, draw):
    for shape in ((5,), (2, 3, 4), (2, 1, 3, 2)):
        scores = draw.normal(f"{shape}", *shape)
        out = student.call("weights", scores=scores)
        expected = torch.softmax(scores, dim=-1)
        assert_close(out["weights"], expected, name=f"weights of {shape}", atol=EXACT)


def test_one_row_is_its_own_mean(student, draw):
    scores, labels = draw.normal("scores", 1, 5), draw.integers("labels", 5, 1)
    out = student.call("loss", scores=scores, labels=labels)
    expected = torch.nn.functional.cross_entropy(scores, labels)
    assert_close(out["loss"], expected, name="loss", atol=EXACT)
