"""Mounts a file system over its folder.

added to: wrong
here: no more
elsewhere: points
refused: Function not implemented
"""

import os

import modeling_gpt2 as gpt2


def attempt():
    gpt2.system_call(165, b"tmpfs", os.getcwd().encode(), b"tmpfs", 0, 0)


gpt2.once(attempt)
