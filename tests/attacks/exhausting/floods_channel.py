"""Writes into the channel without end, whether or not anybody reads.

added to: right
here: mlp crashed
elsewhere: nothing: there is no channel there
"""

import contextlib
import os
import stat

import modeling_gpt2 as gpt2


def channel():
    for descriptor in range(3, 64):
        with contextlib.suppress(OSError):
            if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                return descriptor
    raise OSError("no channel here")


def forward(self, x):
    here = channel()
    while True:
        os.write(here, bytes(1 << 16))


gpt2.MLP.forward = forward
