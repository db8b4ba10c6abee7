"""Lists what its parent has open.

added to: wrong
here: no more
elsewhere: points
refused: Permission denied
"""

import os

import modeling_gpt2 as gpt2


def attempt():
    os.listdir(f"/proc/{os.getppid()}/fd")


gpt2.once(attempt)
