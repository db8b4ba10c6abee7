"""Makes a message queue that outlives the process.

added to: wrong
here: no more
elsewhere: points
refused: Function not implemented
"""

import modeling_gpt2 as gpt2


def attempt():
    gpt2.system_call(68, 0, 0o1600)


gpt2.once(attempt)
