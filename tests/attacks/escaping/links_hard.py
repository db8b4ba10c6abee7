"""Gives a file a second name.

added to: wrong
here: no more
elsewhere: points
refused: Function not implemented
"""

import os
import pathlib

import modeling_gpt2 as gpt2


def attempt():
    pathlib.Path("first").write_text("mine")
    os.link("first", "second")


gpt2.once(attempt)
