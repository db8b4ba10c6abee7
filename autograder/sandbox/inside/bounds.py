"""The kernel's bounds on one child, as the grader sends them to the zygote."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Bounds:
    """Resource limits (see getrlimit(2)) of one child."""

    cpu_s: int
    memory_bytes: int  # address space over what the child starts with
    file_bytes: int
    open_files: int
    stack_bytes: int
