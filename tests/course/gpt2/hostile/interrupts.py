"""Raises KeyboardInterrupt, as if the instructor had stopped the run."""

import modeling_gpt2 as gpt2


def forward(self, *_arguments, **_named):
    raise KeyboardInterrupt


gpt2.Block.forward = forward
