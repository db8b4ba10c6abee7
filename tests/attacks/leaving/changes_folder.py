"""Makes another folder the current one.

added to: wrong
here: no more
elsewhere: neighbour
refused: Function not implemented
"""

import os

os.chdir("/")
