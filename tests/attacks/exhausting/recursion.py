"""Calls itself without end.

added to: right
here: mlp error
elsewhere: nothing: Python itself ends it
"""

import modeling_gpt2 as gpt2


def forward(self, x):
    return self.forward(x) + 1


gpt2.MLP.forward = forward
