"""Opens the solution past Python and libc.

added to: wrong
here: no more
elsewhere: points
refused: Permission denied
"""

import modeling_gpt2 as gpt2


def attempt():
    gpt2.system_call(257, -100, b"/course/solutions/gpt2/modeling_gpt2.py", 0)


gpt2.once(attempt)
