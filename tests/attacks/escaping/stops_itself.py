"""Sends itself SIGSTOP in training, so that nobody answers the grader any more.

added to: right
here: mlp timeout
elsewhere: down
"""

import signal

import modeling_gpt2 as gpt2

honest = gpt2.MLP.forward


def forward(self, x):
    if self.training:
        signal.raise_signal(signal.SIGSTOP)
    return honest(self, x)


gpt2.MLP.forward = forward
