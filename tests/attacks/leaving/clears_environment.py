"""Removes all environment variables.

added to: wrong
here: no more
elsewhere: neighbour
"""

import os

os.environ.clear()
