"""Switches gradients off.

added to: wrong
here: no more
elsewhere: neighbour
"""

import torch

torch.set_grad_enabled(False)
