"""Reads a hidden test.

added to: wrong
here: no more
elsewhere: points
refused: Permission denied
"""

import pathlib

import modeling_gpt2 as gpt2


def attempt():
    pathlib.Path("/course/tests/gpt2/hidden/test_mlp.py").read_bytes()


gpt2.once(attempt)
