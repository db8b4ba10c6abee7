"""Makes another folder its root.

added to: wrong
here: no more
elsewhere: points
refused: Function not implemented
"""

import os

import modeling_gpt2 as gpt2


def attempt():
    os.mkdir("root")
    os.chroot("root")


gpt2.once(attempt)
