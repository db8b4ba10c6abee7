"""Replaces a function of torch for all who come later.

added to: wrong
here: no more
elsewhere: neighbour
"""

import torch

torch.allclose = lambda *_arguments, **_named: False
