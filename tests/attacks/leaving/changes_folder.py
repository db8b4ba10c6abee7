"""Makes another folder the current one.

added to: wrong
here: no more
elsewhere: neighbour
"""

import os

os.chdir("/")
