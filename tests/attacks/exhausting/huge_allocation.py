"""Takes 3 GB and fills them, where 2 are allowed.

added to: right
here: mlp limit
elsewhere: memory
"""

import modeling_gpt2 as gpt2
import torch


def forward(self, x):
    return torch.ones(3 << 30, dtype=torch.uint8)


gpt2.MLP.forward = forward
