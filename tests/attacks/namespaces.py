"""Where the plain grader may be attacked: in namespaces of its own, which end with it."""

from __future__ import annotations

import sys

FRESH = ("--user", "--map-root-user", "--pid", "--fork", "--kill-child", "--mount", "--mount-proc",
         "--net", "--ipc")  # fmt: skip


def python_apart(*arguments: object) -> list[str]:
    """The command that runs Python in user, PID, mount, network and IPC namespaces of its own."""
    secret = "HIDDEN_SECRET=0123"  # in the environment, as graders keep theirs
    return ["env", secret, "unshare", *FRESH, sys.executable, *map(str, arguments)]
