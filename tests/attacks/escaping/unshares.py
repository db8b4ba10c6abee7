"""Makes a namespace in which it is root.

added to: wrong
here: no more
elsewhere: points
refused: Function not implemented
"""

import modeling_gpt2 as gpt2


def attempt():
    gpt2.system_call(272, 0x10000000)  # CLONE_NEWUSER


gpt2.once(attempt)
