"""Has another program run by posix_spawn.

added to: wrong
here: no more
elsewhere: points
refused: Function not implemented
"""

import os

import modeling_gpt2 as gpt2


def attempt():
    os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0)


gpt2.once(attempt)
