"""Reads another student's report.

added to: wrong
here: no more
elsewhere: points
refused: Permission denied
"""

import pathlib

import modeling_gpt2 as gpt2


def attempt():
    pathlib.Path("/course/reports/gpt2/s02.json").read_bytes()


gpt2.once(attempt)
