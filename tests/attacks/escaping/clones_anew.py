"""Forks by clone3, whose arguments no filter can see.

added to: wrong
here: no more
elsewhere: points
refused: Function not implemented
"""

import ctypes
import os

import modeling_gpt2 as gpt2


def attempt():
    arguments = (ctypes.c_uint64 * 11)(0, 0, 0, 0, 17)
    if gpt2.system_call(435, ctypes.byref(arguments), ctypes.sizeof(arguments)) == 0:
        os._exit(0)
    os.wait()


gpt2.once(attempt)
