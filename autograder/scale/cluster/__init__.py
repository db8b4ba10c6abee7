"""Grading on a cluster: the executor over Dask.

    client        run.py, which decides; link.py, which talks to Dask for it; client.py
      ⇅ Dask      a submission's bytes there, its report's bytes back
    Dask worker   worker.py: checks that it would grade alike, keeps one host a run
      ⇅ socket    hosting.py: submissions and results, pickled: both ends are ours
    host          host.py: a small process with the pool of grading processes of a local run
      ⇅           as in a local run, sandboxes and all

A Dask worker has threads, from which nothing should be forked, and is a daemon where a nanny
started it, which may have no children by multiprocessing: hence the host.
"""

from __future__ import annotations

import contextlib
import importlib.util
from collections.abc import Iterator

from autograder.errors import CourseError
from autograder.scale.job import Executor


@contextlib.contextmanager
def connect(where: str) -> Iterator[Executor]:
    """The executor of a cluster: `tcp://host:port` of its scheduler, or `local:N` for a new one.

    Raises CourseError where Dask is not installed or nobody answers there, GraderFault where there
    are no workers.
    """
    if importlib.util.find_spec("distributed") is None:
        raise CourseError(
            f"--dask {where}: Dask is not installed here. Do: pip install 'autograder[cluster]'"
        )
    from autograder.scale.cluster.client import connected
    from autograder.scale.cluster.run import grade_all

    with connected(where) as client:
        yield lambda job, submissions: grade_all(client, where, job, submissions)
