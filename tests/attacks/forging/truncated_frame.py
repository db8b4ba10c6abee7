"""Sends the first half of a reply and never the rest.

added to: right
here: mlp crashed
elsewhere: nothing: there is no channel there
"""

import contextlib
import os
import stat

import modeling_gpt2 as gpt2
import torch

from autograder.sandbox import protocol


def channel():
    for descriptor in range(3, 64):
        with contextlib.suppress(OSError):
            if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                return descriptor
    raise OSError("no channel here")


def forward(self, x):
    frame = protocol.encode({"id": "0" * 16, "outputs": {"output": torch.ones_like(x)}})
    here = channel()
    os.write(here, frame[: len(frame) // 2])
    os.close(here)
    return x


gpt2.MLP.forward = forward
