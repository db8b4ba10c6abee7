"""Messages of a child: the reply that was asked for, or nothing."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from autograder.sandbox import replies
from autograder.sandbox.outcome import Frame, StudentFailure
from autograder.sandbox.protocol import ProtocolError

FAILURE = {"kind": "error", "message": "no", "frames": [["a.py", 3, "f"]]}


def test_the_outputs_of_the_call_that_was_made_are_given() -> None:
    tensor = torch.ones(1)
    assert replies.read({"id": "a", "outputs": {"y": tensor}}, "a") == {"y": tensor}


@pytest.mark.parametrize("kind", ["error", "limit"])
def test_a_failure_is_raised_with_its_lines(kind: str) -> None:
    with pytest.raises(StudentFailure) as caught:
        replies.read({"id": "a", "failure": {**FAILURE, "kind": kind}}, "a")
    assert (caught.value.kind, caught.value.message) == (kind, "no")
    assert caught.value.frames == (Frame("a.py", 3, "f"),)


@pytest.mark.parametrize(
    "reply",
    [
        None,
        [],
        {},
        {"id": "a"},
        {"id": "b", "outputs": {}},
        {"id": 1, "outputs": {}},
        {"outputs": {}},
        {"id": "a", "outputs": []},
        {"id": "a", "outputs": {"y": 1}},
        {"id": "a", "outputs": {"y": {"z": torch.ones(1)}}},
        {"id": "a", "outputs": {}, "failure": FAILURE},
        {"id": "a", "outputs": {}, "more": 1},
        {"id": "a", "failure": {**FAILURE, "kind": "passed"}},
        {"id": "a", "failure": {**FAILURE, "message": 1}},
        {"id": "a", "failure": {**FAILURE, "frames": [["a.py", "3", "f"]]}},
        {"id": "a", "failure": {**FAILURE, "frames": [1]}},
    ],
)
def test_anything_else_is_no_reply(reply: Any) -> None:
    with pytest.raises(ProtocolError):
        replies.read(reply, "a")


def test_text_is_cut_and_made_fit_for_a_terminal() -> None:
    assert (
        replies.printable("a\x1b\x00\x9b\u202e\nb" + "c" * 99, 8) == "a\ufffd\ufffd\ufffd\ufffd\nbc"
    )
