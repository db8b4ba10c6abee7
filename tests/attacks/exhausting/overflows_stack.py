"""Overflows the stack of the interpreter itself.

added to: right
here: mlp crashed
elsewhere: down
"""

import itertools

import modeling_gpt2 as gpt2


def forward(self, x):
    chain = iter(())
    for _ in range(1_000_000):
        chain = itertools.chain(chain, ())
    return next(chain)


gpt2.MLP.forward = forward
