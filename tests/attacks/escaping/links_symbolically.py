"""Lets a link in its folder point at a file outside.

added to: wrong
here: no more
elsewhere: points
refused: Function not implemented
"""

import os

import modeling_gpt2 as gpt2


def attempt():
    os.symlink("/course/solutions/gpt2/modeling_gpt2.py", "mine")


gpt2.once(attempt)
