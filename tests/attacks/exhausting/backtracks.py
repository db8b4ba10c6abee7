"""Has a regular expression search for ages, during which no other thread runs.

added to: right
here: mlp timeout
elsewhere: down
"""

import re

import modeling_gpt2 as gpt2

honest = gpt2.MLP.forward


def forward(self, x):
    if self.training:
        re.match(r"(a+)+$", "a" * 60 + "b")
    return honest(self, x)


gpt2.MLP.forward = forward
