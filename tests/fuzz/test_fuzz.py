"""Readers of what others wrote keep their laws for whatever bytes come in: a sample of each."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.mutate import mutations
from tests.fuzz.targets import TARGETS, Target

SAMPLE = {"protocol": 5000, "archive": 2000, "toml": 500, "masking": 150}  # `make fuzz` does more
EACH = pytest.mark.parametrize("target", TARGETS.values(), ids=list(TARGETS))


@EACH
def test_valid_inputs_are_read(target: Target, tmp_path: Path) -> None:
    assert all(target.check(data, tmp_path) for data in target.examples())


@EACH
def test_what_failed_once_fails_no_more(target: Target, tmp_path: Path) -> None:
    for data in target.seeds():
        target.check(data, tmp_path)


@EACH
def test_damaged_inputs_break_no_law(target: Target, tmp_path: Path) -> None:
    inputs = itertools.islice(
        mutations(target.examples(), target.reshape, seed=0), SAMPLE[target.name]
    )
    taken = sum(target.check(data, tmp_path) for data in inputs)
    assert 0.02 < taken / SAMPLE[target.name] < 0.98, "the damage is too great, or too small"


@EACH
def test_any_bytes_break_no_law(target: Target, tmp_path: Path) -> None:
    @settings(max_examples=200, deadline=None, database=None)
    @given(st.binary(max_size=300))
    def check(data: bytes) -> None:
        target.check(data, tmp_path)

    check()
