"""Reserves all the address space that there is.

added to: right
here: mlp limit
elsewhere: nothing: a small classmate finds room in what was reserved before
"""

import contextlib
import mmap

import modeling_gpt2 as gpt2

reserved = []


def forward(self, x):
    for size in (1 << 34, 1 << 28, 1 << 22, 1 << 16, 1 << 12):
        with contextlib.suppress(OSError):
            while len(reserved) < 100_000:
                reserved.append(mmap.mmap(-1, size))
    raise MemoryError("no address space is left")


gpt2.MLP.forward = forward
