"""What this kernel lacks of what the sandbox is made of, in one line. Light: starts nothing."""

from __future__ import annotations

import ctypes.util
import sys

MIN_ABI = 3  # of Landlock: the first that covers truncate; as inside/lockdown.py asks for


def isolation_lacks() -> str:
    """Nothing where a sandbox can be made; the zygote has the last word all the same."""
    if sys.platform != "linux":
        return f"{sys.platform} has neither Landlock nor seccomp"
    import landlockpy

    try:
        abi = landlockpy.abi_version()
    except OSError as error:  # a seccomp filter around us answers as it likes
        return f"the kernel does not let us use Landlock ({error})"
    if abi < MIN_ABI:
        return f"the kernel's Landlock has ABI {abi}, and {MIN_ABI} is needed"
    return "" if ctypes.util.find_library("seccomp") else "libseccomp is not installed"
