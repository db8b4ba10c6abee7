"""Exercise `arithmetic`, hidden part: other lengths and precisions, real vectors."""

import numpy as np
import torch

from autograder.grading.compare import assert_close
from tests.word_arithmetic.trusted import Term, real_vocabulary


def test_any_number_of_terms_is_summed_in_its_own_precision(student, draw):
    for dtype, count in ((torch.float32, 1), (torch.float64, 9), (torch.float32, 30)):
        vectors = draw.normal(f"{count} terms", count, 4, dtype=dtype)
        signs = (2 * draw.integers(f"{count} signs", 2, count) - 1).tolist()
        signed = np.array(signs)[:, None] * vectors.double().numpy()
        out = student.call("combined", signs=signs, vectors=vectors)
        expected = torch.from_numpy(signed.sum(axis=0)).to(dtype)
        # float32 rounds at 6e-8; sums of thirty numbers of about one
        assert_close(out["sum"], expected, name=f"sum of {count} terms", atol=2e-5)


def test_real_vectors_are_summed(student, draw):
    words = real_vocabulary("word-vectors")
    for count in (2, 5):
        rows = draw.integers(f"{count} rows", len(words.words), count).tolist()
        signs = (2 * draw.integers(f"{count} signs", 2, count) - 1).tolist()
        vectors = torch.from_numpy(words.table[rows])
        out = student.call("combined", signs=signs, vectors=vectors)
        chosen = [words.words[row] for row in rows]
        expected = words.sum(map(Term, signs, chosen))
        # float32 rounds at 6e-8; sums of five numbers of about one
        name = f"sum of the vectors of {', '.join(chosen)}"
        assert_close(out["sum"], torch.from_numpy(expected).float(), name=name, atol=1e-5)
