"""Opens the memory of its parent.

added to: wrong
here: no more
elsewhere: points
refused: Permission denied
"""

import os

import modeling_gpt2 as gpt2


def attempt():
    os.close(os.open(f"/proc/{os.getppid()}/mem", os.O_RDONLY))


gpt2.once(attempt)
