"""Reads what another student has handed in.

added to: wrong
here: no more
elsewhere: points
refused: Permission denied
"""

import pathlib

import modeling_gpt2 as gpt2


def attempt():
    pathlib.Path("/course/submissions/s02/gpt2/modeling_gpt2.py").read_bytes()


gpt2.once(attempt)
