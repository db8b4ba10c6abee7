"""Gives its input back as its output, the very same object.

added to: wrong
here: no more
elsewhere: nothing: a comparison sees values, not objects
"""

import modeling_gpt2 as gpt2

gpt2.MLP.forward = lambda self, x: x
