"""A process between a Dask worker and its grading processes: the pool of a local run.

Started by exec, small (no torch), with one thread; it ends when the Dask worker does, however that
ends, since the socket between them is closed then.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import signal
import socket
import sys
from collections import deque
from collections.abc import Iterator
from multiprocessing.connection import Connection, wait

from autograder.errors import CourseError, GraderFault
from autograder.intake.submission import Submission
from autograder.scale.cluster.messages import Ready, Setup
from autograder.scale.cluster.parcel import laid_out, unpack
from autograder.scale.job import Failed, Result
from autograder.scale.local import Pool

IDLE_S = 600.0  # without work for so long it ends: its client may have been killed


def main() -> None:
    channel = socket.socket(fileno=int(sys.argv[1]))
    # Read as the end at the next turn, so that no grading process is left half started.
    signal.signal(signal.SIGTERM, lambda number, frame: channel.shutdown(socket.SHUT_RDWR))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pipe = Connection(os.dup(channel.fileno()))
    with contextlib.suppress(EOFError, OSError):  # the Dask worker is gone
        setup = pipe.recv()
        assert isinstance(setup, Setup)
        parcel = unpack(setup.parcel)
        with laid_out(parcel) as job:
            roots = (str(job.assignment.root), str(parcel.job.assignment.root))
            try:
                with Pool(job, setup.jobs) as pool:
                    pipe.send(Ready())
                    for result in _results(pool, pipe):
                        pipe.send(_as_at_home(result, *roots))
            except (CourseError, GraderFault) as error:
                pipe.send(type(error)(str(error).replace(*roots)))


def _results(pool: Pool, pipe: Connection) -> Iterator[Result]:
    """Those of all submissions that come over the pipe; raises EOFError once it is closed."""
    waiting: deque[Submission] = deque()
    while not pool.is_idle or wait([pipe], IDLE_S):
        while pipe.poll():
            waiting.append(pipe.recv())
        while waiting and not pool.is_full:
            pool.send(waiting.popleft())
        yield from pool.results(also=[pipe.fileno()])


def _as_at_home(result: Result, there: str, home: str) -> Result:
    """With the course's own paths in it, not those of the folder where it lies here."""
    if isinstance(result, Failed):
        return dataclasses.replace(result, reason=result.reason.replace(there, home))
    return result


if __name__ == "__main__":
    main()
