"""Lists the students' folders.

added to: wrong
here: no more
elsewhere: points
refused: Permission denied
"""

import os

import modeling_gpt2 as gpt2


def attempt():
    os.listdir("/course/submissions")


gpt2.once(attempt)
