"""Writes a thousand files.

added to: right
here: mlp limit
elsewhere: disk
"""

from pathlib import Path

import modeling_gpt2 as gpt2


def forward(self, x):
    for number in range(1000):
        Path(f"{number}.txt").write_text("x" * 100)
    return x


gpt2.MLP.forward = forward
