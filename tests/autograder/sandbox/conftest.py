"""Real zygotes, shared by all tests of this folder, and sandboxes made from a line of code."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from autograder.sandbox.code import SubmissionCode
from autograder.sandbox.keeper import Sandbox
from autograder.sandbox.limits import Limits
from autograder.sandbox.outcome import StudentFailure
from autograder.sandbox.warm import Zygote

PROBES = b'''
"""Hands everything on to the student's `run`, in a dict where the result is none."""
import torch


def run(student, **arguments):
    result = student.run(**arguments)
    return result if isinstance(result, dict) else {"output": result}


def healthy(student):
    return {"output": torch.ones(2) + 1}
'''

Submit = Callable[..., Sandbox]


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    with Zygote("torch") as zygote:
        yield zygote


@pytest.fixture(scope="session")
def open_zygote() -> Iterator[Zygote]:
    """One without isolation: what an attack does there shows that it is one."""
    with Zygote("torch", "none") as zygote:
        yield zygote


def submission(text: str | bytes, extra: Mapping[str, bytes] | None = None) -> SubmissionCode:
    code = text if isinstance(text, bytes) else text.encode()
    support = {"assignments/demo/probes.py": PROBES}
    return SubmissionCode("demo", "student", {"student.py": code, **(extra or {})}, support)


@pytest.fixture
def submit(zygote: Zygote) -> Iterator[Submit]:
    """`submit(code, call_s=1.0)` is a sandbox; afterwards no process and no file may be left."""

    def make(
        text: str | bytes,
        *,
        extra: Mapping[str, bytes] | None = None,
        data: Mapping[str, Path] | None = None,
        **limits: Any,
    ) -> Sandbox:
        return Sandbox(zygote, submission(text, extra), Limits(**limits), data)

    yield make
    assert os.listdir(zygote.children) == []
    assert children_of(zygote) == []


def failure_of(sandbox: Sandbox, probe: str = "run", **arguments: Any) -> StudentFailure:
    """The failure that a call must end in."""
    with pytest.raises(StudentFailure) as caught:
        sandbox.call(probe, **arguments)
    return caught.value


def children_of(zygote: Zygote) -> list[str]:
    """The process ids of a zygote's children, zombies included."""
    pid = zygote_pid(zygote)
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def zygote_pid(zygote: Zygote) -> int:
    """Found by the folder it was given, which stands in its command line."""
    marker = str(zygote.children).encode()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                arguments = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            if marker in arguments and parent == os.getpid():
                return int(entry.name)
    raise AssertionError("no zygote is running")
