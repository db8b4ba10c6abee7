"""Makes a probe that counts say that it counted NaN.

added to: right
here: generation failed
elsewhere: nothing: nothing is counted there
"""

import torch

from assignments.gpt2 import probes

honest = probes.text


def text(student, **arguments):
    return honest(student, **arguments) | {"fed": torch.tensor(float("nan"))}


probes.text = text
