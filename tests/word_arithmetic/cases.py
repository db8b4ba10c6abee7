"""Random vocabularies for the graded tests, and what several of them state in the same way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import torch
from hypothesis import Phase, settings
from torch import Tensor

from autograder.grading.compare import assert_close, assert_equal
from tests.word_arithmetic.trusted import Floats, Vocabulary

# A few examples, which the grader seeds: those of hidden tests come from the secret. A failure is
# not searched any further, because shrinking would make hundreds of calls.
few_examples = settings(
    max_examples=5,
    database=None,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    report_multiple_bugs=False,
)

# Whole words, single characters, pieces of each other, two spellings of one word: that in row 0
# too, since 0 is as false as nothing.
WORDS = (
    "MIT", "皇后", "女人", "男人", "国王", "后", "国", "人类", "类", "抱抱", "抱", "脸",
    "吸血鬼", "血", "mit", "ipad", "A", "un", "happi", "happiness", "ness", "骑士", "学生",
    "快", "3",
)  # fmt: skip
PLAIN_WORDS = ("皇后", "女人", "男人", "国王", "骑士", "学生", "人类", "快", "血", "MIT", "3")


def vocabulary(
    draw: Any, words: Sequence[str] = WORDS, *, width: int = 6, equal_length: bool = False
) -> Vocabulary:
    """Random vectors of very different lengths, as real ones are, or all of length 1."""
    table = draw.normal("table", len(words), width)
    if equal_length:
        table = table / table.square().sum(-1, keepdim=True).sqrt()
    else:
        table = table * torch.exp(draw.normal("lengths", len(words), 1))
    return Vocabulary(words, table.numpy())


def drawn(draw: Any, label: str, count: int) -> list[str]:
    """Some words of WORDS."""
    return [WORDS[row] for row in draw.integers(label, len(WORDS), count).tolist()]


def arguments(vocabulary: Vocabulary) -> dict[str, Any]:
    """As a probe receives it."""
    return {"words": list(vocabulary.words), "table": torch.from_numpy(vocabulary.table)}


def tensor(values: Floats | Sequence[float] | Sequence[Sequence[float]]) -> Tensor:
    return torch.as_tensor(values, dtype=torch.float64)


def spoken(words: Iterable[str]) -> str:
    """Several words as the probes give them back."""
    return " ".join(words)


def assert_rows(
    out: Mapping[str, Tensor],
    expected: Sequence[tuple[list[int], Floats]],
    *,
    atol: float,
    dtype: torch.dtype = torch.float64,
) -> None:
    """Rows and similarities (b, k) as `Vocabulary.nearest` gives them, one pair a target."""
    values = torch.stack([tensor(one) for _, one in expected]).to(dtype)
    assert_close(out["similarities"], values, name="similarities", atol=atol)
    rows = torch.tensor([one for one, _ in expected])
    assert_equal(out["rows"], rows, name="rows")
