"""Asks to handle page faults itself, which lets the kernel wait for it.

added to: wrong
here: no more
elsewhere: points
refused: Function not implemented
"""

import modeling_gpt2 as gpt2


def attempt():
    gpt2.system_call(323, 1)


gpt2.once(attempt)
