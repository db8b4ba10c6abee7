"""Logs to the console and to a file.

added to: right
here: same
elsewhere: nothing: it is no attack
"""

import logging

import modeling_gpt2 as gpt2

logging.basicConfig(level=logging.DEBUG, handlers=[
    logging.StreamHandler(), logging.FileHandler("mine.log"),
])  # fmt: skip
plain = gpt2.MLP.forward


def forward(self, x):
    logging.getLogger("mlp").info("x is %s", x.shape)
    return plain(self, x)


gpt2.MLP.forward = forward
