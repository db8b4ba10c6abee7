"""Reads the source of whoever called, where the test may stand.

added to: wrong
here: no more
elsewhere: points
refused: LookupError: no test among the callers
"""

import linecache
import sys

import modeling_gpt2 as gpt2


def attempt():
    frame = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        if file != __file__ and "def test_" in "".join(linecache.getlines(file)):
            return
        frame = frame.f_back
    raise LookupError("no test among the callers")


gpt2.once(attempt)
