"""Has another program run.

added to: wrong
here: no more
elsewhere: points
refused: Function not implemented
"""

import subprocess

import modeling_gpt2 as gpt2


def attempt():
    subprocess.run(["/bin/true"], check=True)


gpt2.once(attempt)
