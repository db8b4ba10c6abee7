"""Leaves threads behind that spin and print.

added to: right
here: same
elsewhere: down
"""

import sys
import threading
import time

import modeling_gpt2 as gpt2

honest = gpt2.MLP.forward


def linger():
    while True:
        print(len(sys._current_frames()))
        time.sleep(0.001)


def forward(self, x):
    if threading.active_count() < 8:
        threading.Thread(target=linger).start()
    return honest(self, x)


gpt2.MLP.forward = forward
