"""Runs the command line without what Windows lacks: a stand-in, since none of it was run there.

What is gone is gone for our own code; the libraries were imported before.
"""

from __future__ import annotations

import os
import signal
import sys

import libcst  # noqa: F401
import pytest
import rich.console  # noqa: F401
import torch  # noqa: F401
import watchfiles  # noqa: F401

MODULES = ("fcntl", "resource", "termios", "tty", "pwd", "grp", "landlock", "pyseccomp")
SIGNALS = ("SIGALRM", "SIGHUP", "SIGKILL", "setitimer", "ITIMER_REAL")
CALLS = ("O_CLOEXEC", "O_NOFOLLOW", "O_NONBLOCK", "O_DIRECTORY", "getuid", "tcgetpgrp", "getpgrp")

if __name__ == "__main__":
    pytest.main(["--version"])  # with all that pytest imports on the way
    for name in MODULES:
        sys.modules[name] = None  # type: ignore[assignment]
    for name in SIGNALS:
        delattr(signal, name)
    for name in CALLS:
        delattr(os, name)
    from autograder.cli import main

    sys.exit(main(sys.argv[1:]))
