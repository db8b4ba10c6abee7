"""Gives a trillion numbers that are one number in memory.

added to: right
here: mlp limit error
elsewhere: down
"""

import modeling_gpt2 as gpt2
import torch

gpt2.MLP.forward = lambda self, x: torch.zeros(1).expand(10**12)
