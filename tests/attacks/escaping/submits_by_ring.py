"""Asks for an io_uring, which makes system calls that no filter sees.

added to: wrong
here: no more
elsewhere: points
refused: Function not implemented
"""

import ctypes

import modeling_gpt2 as gpt2


def attempt():
    gpt2.system_call(425, 8, ctypes.create_string_buffer(120))


gpt2.once(attempt)
