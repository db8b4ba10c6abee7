"""Makes a file in memory, which no folder's rights bound.

added to: wrong
here: no more
elsewhere: points
refused: Function not implemented
"""

import os

import modeling_gpt2 as gpt2


def attempt():
    os.close(os.memfd_create("mine"))


gpt2.once(attempt)
