"""Enough open files for a class: a run that lacks them says so before anything is graded."""

from __future__ import annotations

import resource

from autograder.errors import GraderFault

_EACH = 8  # pipes and sockets of a worker, in the process that has them all
_OWN = 64  # all else that a grading process has open: libraries, the suite, data


def allow(jobs: int, of_child: int) -> None:
    """Raises this process's limit to what `jobs` workers and their sandboxes need.

    Raises GraderFault where the machine does not let it.
    """
    needed = max(_OWN + _EACH * jobs, of_child)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise GraderFault(
            f"at most {hard} files may be open here, and {needed} are needed. "
            f"Do: ulimit -n {needed}, or lift the limit where the machine sets it"
        )
    if soft != resource.RLIM_INFINITY and soft < needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
