"""Makes new tensors have no values.

added to: wrong
here: no more
elsewhere: neighbour
"""

import torch

torch.set_default_device("meta")
