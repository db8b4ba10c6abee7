"""Writes into the channel without end, whether or not anybody reads.

added to: right
here: mlp crashed
elsewhere: nothing: there is no channel there
"""

import os

import modeling_gpt2 as gpt2


def forward(self, x):
    here = gpt2.channel()
    while True:
        os.write(here, bytes(1 << 16))


gpt2.MLP.forward = forward
