"""Exercise `arithmetic`, hidden part: other lengths and precisions."""

import numpy as np
import torch

from autograder.grading.compare import assert_close


def test_any_number_of_terms_is_summed_in_its_own_precision(student, draw):
    for dtype, count in ((torch.float32, 1), (torch.float64, 9), (torch.float32, 30)):
        vectors = draw.normal(f"{count} terms", count, 4, dtype=dtype)
        signs = (2 * draw.integers(f"{count} signs", 2, count) - 1).tolist()
        signed = np.array(signs)[:, None] * vectors.double().numpy()
        out = student.call("combined", signs=signs, vectors=vectors)
        expected = torch.from_numpy(signed.sum(axis=0)).to(dtype)
        # float32 rounds at 6e-8; sums of thirty numbers of about one
        assert_close(out["sum"], expected, name=f"sum of {count} terms", atol=2e-5)
