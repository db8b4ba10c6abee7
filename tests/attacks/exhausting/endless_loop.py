"""Computes without end, in training.

added to: right
here: mlp timeout
elsewhere: down
"""

import modeling_gpt2 as gpt2

honest = gpt2.MLP.forward


def forward(self, x):
    while self.training:
        pass
    return honest(self, x)


gpt2.MLP.forward = forward
