"""Copies from its parent's memory by process_vm_readv.

added to: wrong
here: no more
elsewhere: points
refused: Function not implemented
"""

import ctypes
import os

import modeling_gpt2 as gpt2


def attempt():
    class Part(ctypes.Structure):
        _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]

    copy = ctypes.create_string_buffer(6)
    there = Part(id(object), 6)  # a forked process has it at the same address
    here = Part(ctypes.addressof(copy), 6)
    gpt2.system_call(310, os.getppid(), ctypes.byref(here), 1, ctypes.byref(there), 1, 0)


gpt2.once(attempt)
