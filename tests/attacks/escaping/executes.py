"""Becomes another program.

added to: wrong
here: no more
elsewhere: down
refused: Function not implemented
"""

import os

import modeling_gpt2 as gpt2


def attempt():
    os.execv("/bin/true", ["true"])


gpt2.once(attempt)
