"""Prints at each call.

added to: right
here: same
elsewhere: nothing: it is no attack
"""

import modeling_gpt2 as gpt2

plain = gpt2.MLP.forward


def forward(self, x):
    print("MLP", x.shape, x.mean())
    return plain(self, x)


gpt2.MLP.forward = forward
