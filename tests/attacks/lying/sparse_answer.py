"""Gives a sparse tensor.

added to: right
here: mlp error failed
elsewhere: nothing: no comparison there takes it
"""

import modeling_gpt2 as gpt2

honest = gpt2.MLP.forward
gpt2.MLP.forward = lambda self, x: honest(self, x).detach().to_sparse()
