"""Makes a named pipe at which a reader would hang.

added to: wrong
here: no more
elsewhere: points
refused: Function not implemented
"""

import os

import modeling_gpt2 as gpt2


def attempt():
    os.mkfifo("pipe")


gpt2.once(attempt)
