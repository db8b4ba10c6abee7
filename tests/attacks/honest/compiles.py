"""Has torch compile a function, and goes on where that is not possible.

added to: right
here: same
elsewhere: nothing: it is no attack
"""

import modeling_gpt2 as gpt2
import torch
import torch._dynamo

torch._dynamo.config.suppress_errors = True
gpt2.MLP.forward = torch.compile(gpt2.MLP.forward)
