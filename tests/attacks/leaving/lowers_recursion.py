"""Leaves room for a few nested calls only.

added to: wrong
here: all error
elsewhere: neighbour
"""

import sys

depth, frame = 0, sys._getframe()
while frame is not None:
    depth, frame = depth + 1, frame.f_back
sys.setrecursionlimit(depth + 12)
