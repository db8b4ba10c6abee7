"""Gives complex numbers, whose distance is compared by real parts.

added to: right
here: mlp error
elsewhere: nothing: its values are right, only the type is not
"""

import modeling_gpt2 as gpt2
import torch

honest = gpt2.MLP.forward
gpt2.MLP.forward = lambda self, x: honest(self, x).to(torch.complex64)
