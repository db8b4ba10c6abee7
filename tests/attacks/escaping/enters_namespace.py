"""Enters a namespace by its file, which Landlock lets it open.

added to: wrong
here: no more
elsewhere: points
refused: Function not implemented
"""

import os

import modeling_gpt2 as gpt2


def attempt():
    gpt2.system_call(308, os.open("/proc/self/ns/net", os.O_RDONLY), 0)


gpt2.once(attempt)
