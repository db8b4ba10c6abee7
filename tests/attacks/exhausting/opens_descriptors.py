"""Opens files until none can be opened any more.

added to: right
here: mlp limit
elsewhere: neighbour
"""

import os

import modeling_gpt2 as gpt2

kept = []


def forward(self, x):
    while True:
        kept.append(os.open("/dev/null", os.O_RDONLY))


gpt2.MLP.forward = forward
