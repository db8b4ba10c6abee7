"""Sends the first half of a reply and never the rest.

added to: right
here: mlp crashed
elsewhere: nothing: there is no channel there
"""

import os

import modeling_gpt2 as gpt2
import torch

from autograder.sandbox import protocol


def forward(self, x):
    frame = protocol.encode({"id": "0" * 16, "outputs": {"output": torch.ones_like(x)}})
    here = gpt2.channel()
    os.write(here, frame[: len(frame) // 2])
    os.close(here)
    return x


gpt2.MLP.forward = forward
