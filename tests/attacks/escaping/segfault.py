"""Reads address 0.

added to: right
here: mlp crashed
elsewhere: down
"""

import ctypes

import modeling_gpt2 as gpt2


def forward(self, *_arguments, **_named):
    ctypes.string_at(0)


gpt2.MLP.forward = forward
