"""Changes mode, times, owner, name and content of a file outside.

added to: right
here: same
elsewhere: trace
"""

import contextlib
import os
from pathlib import Path

OUTSIDE = "/outside/watched.txt"

for attempt in (
    lambda: os.chmod(OUTSIDE, 0o777),
    lambda: os.utime(OUTSIDE, (0, 0)),
    lambda: os.chown(OUTSIDE, 1, 1),
    lambda: os.truncate(OUTSIDE, 0),
    lambda: os.setxattr(OUTSIDE, "user.mark", b"1"),
    lambda: Path(OUTSIDE).write_text("x"),
    lambda: os.link(OUTSIDE, "mine"),
    lambda: os.symlink(OUTSIDE, "mine"),
    lambda: os.rename(OUTSIDE, "mine"),
    lambda: os.unlink(OUTSIDE),
):
    with contextlib.suppress(OSError):
        attempt()
