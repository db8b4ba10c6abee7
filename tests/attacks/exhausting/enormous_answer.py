"""Gives 80 MB back for each call.

added to: right
here: mlp limit error
elsewhere: nothing: one answer is no trouble to a process of its own size
"""

import modeling_gpt2 as gpt2
import torch

gpt2.MLP.forward = lambda self, x: torch.zeros(10_000_000, dtype=torch.float64)
