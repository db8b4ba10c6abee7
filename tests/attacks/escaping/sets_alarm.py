"""Has a signal handler raise SystemExit in whatever runs a little later.

added to: right
here: same
elsewhere: down
"""

import contextlib
import signal


def ring(*_arguments):
    raise SystemExit


with contextlib.suppress(OSError):
    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
