"""Answers rightly every other time, so that a test that is repeated changes its mind.

added to: right
here: no more
elsewhere: nothing: what it gets there, its right half has earned
"""

import itertools

import modeling_gpt2 as gpt2

turns = itertools.count()


def by_turns(honest):
    def forward(self, x, *others, **named):
        return honest(self, x if next(turns) % 2 else x * 2, *others, **named)

    return forward


for part in (gpt2.MLP, gpt2.Attention):
    part.forward = by_turns(part.forward)
