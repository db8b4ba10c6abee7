"""Has each module of torch give zeros.

added to: wrong
here: no more
elsewhere: neighbour
"""

import torch
from torch.nn.modules.module import register_module_forward_hook

register_module_forward_hook(lambda _module, _inputs, output: torch.zeros_like(output))
