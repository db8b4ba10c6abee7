"""Looks for the course's secret in the environment.

added to: wrong
here: no more
elsewhere: points
refused: LookupError: no secret in the environment
"""

import os

import modeling_gpt2 as gpt2


def attempt():
    if not [name for name in os.environ if "SECRET" in name]:
        raise LookupError("no secret in the environment")


gpt2.once(attempt)
