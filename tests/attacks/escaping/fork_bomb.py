"""Forks again and again, in several ways (two hundred times, should it ever get out).

added to: right
here: mlp error
elsewhere: process
refused: Function not implemented
"""

import contextlib
import os
import subprocess
import sys
import time

import modeling_gpt2 as gpt2


def forward(self, x):
    with contextlib.suppress(OSError):
        subprocess.run([sys.executable, "-c", "import time; time.sleep(30)"], check=False)
    with contextlib.suppress(OSError):
        os.posix_spawn(sys.executable, [sys.executable, "-V"], {})
    for _ in range(200):
        if os.fork() == 0:
            time.sleep(30)
            os._exit(0)
    return x


gpt2.MLP.forward = forward
