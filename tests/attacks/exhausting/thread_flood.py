"""Starts threads until none can be started.

added to: right
here: mlp limit
elsewhere: threads
"""

import threading
import time

import modeling_gpt2 as gpt2


def forward(self, x):
    for _ in range(2000):
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
    time.sleep(60)


gpt2.MLP.forward = forward
