"""Reads address 0."""

import ctypes

import modeling_gpt2 as gpt2


def forward(self, *_arguments, **_named):
    ctypes.string_at(0)


gpt2.Block.forward = forward
