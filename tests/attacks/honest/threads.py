"""Computes in threads, torch's and Python's.

added to: right
here: same
elsewhere: nothing: it is no attack
"""

from concurrent.futures import ThreadPoolExecutor

import modeling_gpt2 as gpt2
import torch

torch.set_num_threads(2)
plain = gpt2.MLP.forward


def forward(self, x):
    with ThreadPoolExecutor(4) as pool:
        return next(pool.map(lambda part: plain(self, part), [x, x]))


gpt2.MLP.forward = forward
