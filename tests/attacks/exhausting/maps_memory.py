"""Reserves all the address space that there is.

added to: right
here: mlp limit
elsewhere: nothing: what was reserved is free again once the call has failed
"""

import contextlib
import mmap

import modeling_gpt2 as gpt2


def forward(self, x):
    reserved = []  # until its error has been told: by whom, with no space left?
    for size in (1 << 34, 1 << 28, 1 << 22, 1 << 16, 1 << 12):
        with contextlib.suppress(OSError):
            while len(reserved) < 100_000:
                reserved.append(mmap.mmap(-1, size))
    raise MemoryError("no address space is left")


gpt2.MLP.forward = forward
