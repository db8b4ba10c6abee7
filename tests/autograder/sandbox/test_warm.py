"""Branches: what workers share of one zygote, and what becomes of them when something dies."""

from __future__ import annotations

import os
import signal

import pytest
import torch

from autograder.sandbox.keeper import Sandbox
from autograder.sandbox.limits import Limits
from autograder.sandbox.warm import BranchLost, Zygote
from tests.autograder.sandbox.conftest import children_of, submission

HONEST = "import torch\ndef run():\n    return torch.ones(2)"


def test_a_branch_serves_sandboxes_as_the_zygote_does(zygote):
    with Zygote("torch", branch=zygote.branch()) as branch:
        for _ in range(2):
            with Sandbox(branch, submission(HONEST), Limits()) as sandbox:
                assert torch.equal(sandbox.call("run")["output"], torch.ones(2))
    assert zygote.children.exists()  # it is the zygote's, not the branch's


def test_a_branch_that_dies_is_lost_and_the_zygote_goes_on(zygote):
    before = set(children_of(zygote))
    with Zygote("torch", branch=zygote.branch()) as branch:
        (pid,) = set(children_of(zygote)) - before
        os.kill(int(pid), signal.SIGKILL)
        with pytest.raises(BranchLost):
            Sandbox(branch, submission(HONEST), Limits()).call("run")
    with Sandbox(zygote, submission(HONEST), Limits()) as sandbox:
        assert torch.equal(sandbox.call("run")["output"], torch.ones(2))
