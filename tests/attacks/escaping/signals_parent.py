"""Asks whether it may signal its parent.

added to: wrong
here: no more
elsewhere: points
refused: Function not implemented
"""

import os

import modeling_gpt2 as gpt2


def attempt():
    os.kill(os.getppid(), 0)


gpt2.once(attempt)
