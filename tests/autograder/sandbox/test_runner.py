"""Failures as text that says the same in every run: no addresses, no folders, no end of it."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from autograder.sandbox.inside import runner
from autograder.sandbox.protocol import ProtocolError

HOME = Path("/box/demo")


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ValueError("<f at 0x7f00> in /tmp/child-ab/demo/a.py"), "ValueError: <f> in a.py"),
        (
            ValueError("https://a.org/b/c or x/y/z"),
            "ValueError: https://a.org/b/c or x/y/z",
        ),
        (ValueError("5 /2/ 3"), "ValueError: 5  3"),
        (ValueError(), "ValueError"),
        (KeyError("x"), "KeyError: 'x'"),
        (ProtocolError("output 'y' is a int"), "output 'y' is a int"),
        (ValueError("\ud800"), "ValueError: ?"),
    ],
)
def test_a_message_holds_nothing_that_differs_from_run_to_run(
    error: Exception, message: str
) -> None:
    assert runner.describe(error, HOME) == {"kind": "error", "message": message, "frames": []}


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: 5 bytes"),
        RuntimeError("std::bad_alloc"),
        RuntimeError("can't start new thread"),
        OSError(errno.EFBIG, "File too large"),
        OSError(errno.ENOSPC, "No space left on device"),
    ],
)
def test_what_ran_out_is_a_limit(error: Exception) -> None:
    assert runner.describe(error, HOME)["kind"] == "limit"


def test_mapped_tensors_are_found_wherever_they_stand_in_the_arguments() -> None:
    name = runner.protocol.MappedTensors("w")
    tensors = {"w": {}}
    assert runner.resolve({"a": [name, (name, 1)]}, tensors) == {"a": [{}, ({}, 1)]}
