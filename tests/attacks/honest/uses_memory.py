"""Needs 256 MB more than others for a moment, which is within the limit.

added to: right
here: same
elsewhere: nothing: it is no attack
"""

import modeling_gpt2 as gpt2
import torch

plain = gpt2.MLP.forward


def forward(self, x):
    scratch = torch.zeros(1 << 28, dtype=torch.uint8)
    return plain(self, x) + scratch[0]


gpt2.MLP.forward = forward
