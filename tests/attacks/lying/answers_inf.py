"""Answers with infinity, to which any difference is infinitely relative.

added to: wrong
here: no more
elsewhere: points
"""

import modeling_gpt2 as gpt2
import torch

gpt2.MLP.forward = lambda self, x: torch.full_like(x, float("inf"))
