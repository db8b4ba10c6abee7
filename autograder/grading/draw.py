"""Seeded random inputs for graded tests: one stream a test and label.

Where a course has a secret, all come from it, those of public tests too: answers that were learnt
by heart from what `check` sends (it has no secret) are worth nothing in `grade`.
"""

from __future__ import annotations

import hashlib

import torch
from torch import Tensor

from autograder.course.assignment import PUBLIC_SEED, Assignment


class Draw:
    """The fixture `draw`. Every draw names itself, so that adding one never changes another."""

    def __init__(self, assignment: Assignment) -> None:
        self._assignment = assignment
        self.test_id = ""  # set by the plugin before each test

    def seed(self, label: str) -> int:
        """A stable 63-bit seed of (secret or public constant, assignment, test id, label)."""
        secret = self._assignment.secret or PUBLIC_SEED
        key = "\0".join((secret, self._assignment.name, self.test_id, label))
        return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") >> 1

    def normal(self, label: str, *shape: int, dtype: torch.dtype = torch.float64) -> Tensor:
        """Standard normal values of the given shape."""
        return torch.randn(shape, generator=self._generator(label), dtype=dtype)

    def integers(self, label: str, high: int, *shape: int) -> Tensor:
        """int64 values in 0 … high − 1 of the given shape."""
        return torch.randint(high, shape, generator=self._generator(label))

    def _generator(self, label: str) -> torch.Generator:
        return torch.Generator().manual_seed(self.seed(label))
