"""The kernel's bounds on one child: its resource limits, and its end when its parent ends."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
from dataclasses import dataclass
from pathlib import Path

LIBC = ctypes.CDLL(None, use_errno=True)

_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Bounds:
    """Resource limits (see getrlimit(2)) of one child, as the grader sends them."""

    cpu_s: int
    memory_bytes: int  # address space over what the child starts with
    file_bytes: int
    open_files: int
    stack_bytes: int


def bound(bounds: Bounds) -> None:
    """Sets the resource limits of this process; memory is counted from what it has now."""
    limits = {
        resource.RLIMIT_CPU: bounds.cpu_s,
        resource.RLIMIT_AS: _address_space() + bounds.memory_bytes,
        resource.RLIMIT_FSIZE: bounds.file_bytes,
        resource.RLIMIT_NOFILE: bounds.open_files,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_STACK: bounds.stack_bytes,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
    }
    for name, value in limits.items():
        hard = value + 1 if name == resource.RLIMIT_CPU else value  # SIGXCPU, then SIGKILL
        resource.setrlimit(name, (value, hard))


def bind_to_parent() -> None:
    """Dies with the thread that started this process. It may have ended already: check."""
    prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def prctl(option: int, *arguments: int) -> None:
    """prctl(2), which Python lacks. Raises OSError."""
    words = [ctypes.c_ulong(word) for word in (*arguments, 0, 0, 0, 0)[:4]]
    if LIBC.prctl(option, *words) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"prctl({option}): {os.strerror(number)}")


def _address_space() -> int:
    """Bytes of address space that this process has."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * resource.getpagesize()
