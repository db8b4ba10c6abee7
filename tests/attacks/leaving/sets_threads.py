"""Asks for more threads than there are processors.

added to: wrong
here: no more
elsewhere: threads
"""

import torch

torch.set_num_threads(48)
torch.ones(512, 512) @ torch.ones(512, 512)
