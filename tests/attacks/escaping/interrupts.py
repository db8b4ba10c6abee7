"""Raises KeyboardInterrupt, as if the instructor had stopped the run.

added to: right
here: mlp error
elsewhere: down
"""

import modeling_gpt2 as gpt2


def forward(self, *_arguments, **_named):
    raise KeyboardInterrupt


gpt2.MLP.forward = forward
