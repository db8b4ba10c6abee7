"""Gives a quantised tensor.

added to: right
here: mlp error
elsewhere: nothing: no comparison there takes it
"""

import modeling_gpt2 as gpt2
import torch

honest = gpt2.MLP.forward
gpt2.MLP.forward = lambda self, x: torch.quantize_per_tensor(
    honest(self, x).detach().float(), 0.01, 0, torch.qint32
)
