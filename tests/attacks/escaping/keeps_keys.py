"""Leaves a key in the kernel's keyring, which outlives the process.

added to: wrong
here: no more
elsewhere: points
refused: Function not implemented
"""

import modeling_gpt2 as gpt2


def attempt():
    gpt2.system_call(248, b"user", b"mark", b"1", 1, -4)  # of the user's own ring


gpt2.once(attempt)
