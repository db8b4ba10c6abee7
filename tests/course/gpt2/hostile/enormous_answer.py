"""Gives 400 MB back."""

import modeling_gpt2 as gpt2

gpt2.MLP.forward = lambda self, x: x.new_zeros(50_000_000)
