"""What `check --explain` draws: the attention of the student's code beside that of the reference.

An exercise names a function in tests/<name>/ that is given the fixture `student` and returns this.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Pattern:
    """How much each token looks at each token, (head, token that looks, token looked at)."""

    tokens: tuple[str, ...]
    yours: Tensor
    expected: Tensor
    reference: str  # whose `expected` is, as "Hugging Face"
