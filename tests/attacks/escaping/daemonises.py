"""Leaves a process behind that has no parent.

added to: wrong
here: no more
elsewhere: process
refused: Function not implemented
"""

import os
import time

import modeling_gpt2 as gpt2


def attempt():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(30)
        os._exit(0)


gpt2.once(attempt)
