"""Looks for the secret in what /proc tells of its own process.

added to: wrong
here: no more
elsewhere: points
refused: Permission denied
"""

import modeling_gpt2 as gpt2


def attempt():
    with open("/proc/self/environ", "rb") as file:
        if b"SECRET" not in file.read():
            raise LookupError("no secret in /proc")


gpt2.once(attempt)
