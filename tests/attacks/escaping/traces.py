"""Asks to be traced.

added to: wrong
here: no more
elsewhere: points
refused: Function not implemented
"""

import modeling_gpt2 as gpt2


def attempt():
    gpt2.system_call(101, 0, 0, 0, 0)


gpt2.once(attempt)
