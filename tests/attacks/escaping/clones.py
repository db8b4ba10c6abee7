"""Forks by the bare system call.

added to: wrong
here: no more
elsewhere: points
refused: Function not implemented
"""

import os

import modeling_gpt2 as gpt2


def attempt():
    if gpt2.system_call(56, 17, 0, 0, 0, 0) == 0:  # 17: SIGCHLD, as fork has it
        os._exit(0)
    os.wait()


gpt2.once(attempt)
