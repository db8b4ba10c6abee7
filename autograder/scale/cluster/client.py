"""Reaches a running cluster, or starts one on this machine; nothing of Dask's own is printed."""

from __future__ import annotations

import contextlib
import logging
import signal
import time
import warnings
from collections.abc import Iterator
from multiprocessing import resource_tracker
from pathlib import Path

import dask
from distributed import Client, LocalCluster
from distributed.security import Security

from autograder.errors import CourseError, GraderFault
from autograder.sandbox.private import PrivateFolder

CONNECT_S = 10.0  # seconds until a scheduler has answered
WORKERS_S = 10.0  # seconds until a first worker is there
CLOSE_S = 3.0  # seconds for a scheduler to hear that we go
_POLL_S = 0.1
_LOCAL = "local:"
_TLS = "tls://"
_PREFIX = "autograder-dask-"
# What Dask does all the time though nobody looks: it takes 4 % of a core from each process.
_CALM = {"distributed.worker.profile.enabled": False, "distributed.admin.tick.interval": "1s"}
_LOUD = ("distributed", "tornado", "asyncio", "bokeh")


@contextlib.contextmanager
def connected(where: str) -> Iterator[Client]:
    """A client of the cluster at `where`, which has at least one worker."""
    with _quiet(), _cluster(where) as address:
        client = _reach(address, where)
        try:
            _await_workers(client, where)
            yield client
        finally:
            with contextlib.suppress(Exception):  # the scheduler may be gone
                client.close(timeout=CLOSE_S)


@contextlib.contextmanager
def _cluster(where: str) -> Iterator[str]:
    """The address of the scheduler; that of `local:N` lives as long as this."""
    if not where.startswith(_LOCAL):
        yield where
        return
    number = where.removeprefix(_LOCAL)
    if not number.isdecimal() or int(number) < 1:
        raise CourseError(f"--dask {where}: {number!r} is no number of processes. "
                          "Do: --dask local:2, say")  # fmt: skip
    with PrivateFolder(_PREFIX) as own, dask.config.set(_CALM):
        cluster = _start(int(number), own)
        try:
            yield cluster.scheduler_address
        finally:
            with contextlib.suppress(Exception):
                cluster.close(timeout=CLOSE_S)


def _start(processes: int, own: Path) -> LocalCluster:
    """Ctrl-C is kept from its processes, as from all that they start: it is for us to answer."""
    resource_tracker.ensure_running()  # which unblocks what is blocked
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        return LocalCluster(
            n_workers=processes,
            threads_per_worker=1,
            memory_limit=0,  # grading has its own limits
            dashboard_address=None,
            silence_logs=logging.CRITICAL + 1,
            local_directory=str(own),
        )
    except (OSError, RuntimeError) as error:
        raise GraderFault(
            f"{_LOCAL}{processes}: no cluster could be started here: {_first_line(error)}. "
            "Do: grade with --jobs instead"
        ) from error
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _reach(address: str, where: str) -> Client:
    if address.startswith(_TLS) and not Security().get_connection_args("client")["ssl_context"]:
        raise CourseError(
            f"--dask {where}: no certificates are configured here. Do: as docs/cluster.md says"
        )
    try:
        return Client(address, timeout=CONNECT_S, set_as_default=False, name="autograder")
    except (OSError, ValueError, TypeError, ImportError) as error:
        reason = "nobody answers" if isinstance(error, OSError) else _first_line(error)
        raise CourseError(
            f"--dask {where}: {reason}. "
            "Do: give the scheduler's address, as `dask scheduler` prints it: tcp://host:8786"
        ) from error


def _await_workers(client: Client, where: str) -> None:
    deadline = time.monotonic() + WORKERS_S
    try:
        while not client.nthreads():
            if time.monotonic() > deadline:
                raise GraderFault(f"{where}: a scheduler without workers. Do: dask worker {where}")
            time.sleep(_POLL_S)
    except OSError as error:
        raise GraderFault(f"{where}: the scheduler went away. Do: start it again") from error


def _first_line(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0]


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Dask logs and warns on stderr; what a person should know, we say in one line."""
    names = [name for name in logging.root.manager.loggerDict if name.split(".")[0] in _LOUD]
    loggers = [logging.getLogger(name) for name in {*names, *_LOUD}]
    loud = [one for one in loggers if not one.disabled]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="distributed")
        for one in loud:
            one.disabled = True
        try:
            yield
        finally:
            for one in loud:
                one.disabled = False
