"""Gets a descriptor of its parent.

added to: wrong
here: no more
elsewhere: points
refused: Function not implemented
"""

import os

import modeling_gpt2 as gpt2


def attempt():
    os.pidfd_open(os.getppid())


gpt2.once(attempt)
