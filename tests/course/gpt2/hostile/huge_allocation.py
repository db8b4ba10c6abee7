"""Asks for 50 GB and would fill them."""

import modeling_gpt2 as gpt2
import torch


def forward(self, x):
    return torch.ones(50 * 10**9, dtype=torch.uint8)


gpt2.MLP.forward = forward
