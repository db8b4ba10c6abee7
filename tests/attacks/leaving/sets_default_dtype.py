"""Makes double precision the default.

added to: wrong
here: no more
elsewhere: neighbour
"""

import torch

torch.set_default_dtype(torch.float64)
