"""Warns, and writes to stderr.

added to: right
here: same
elsewhere: nothing: it is no attack
"""

import sys
import warnings

import modeling_gpt2 as gpt2

plain = gpt2.MLP.forward


def forward(self, x):
    warnings.warn("this is my first network", stacklevel=1)
    print("look at", x.shape, file=sys.stderr)
    return plain(self, x)


gpt2.MLP.forward = forward
