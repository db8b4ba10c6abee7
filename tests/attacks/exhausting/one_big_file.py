"""Writes one file until the disk is full.

added to: right
here: mlp limit
elsewhere: disk
"""

import modeling_gpt2 as gpt2


def forward(self, x):
    with open("big", "wb") as file:
        for _ in range(100):
            file.write(bytes(1 << 20))
    return x


gpt2.MLP.forward = forward
