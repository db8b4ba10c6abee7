"""Talks to Dask for a run: what it is asked runs on Dask's own thread and ends as an event.

So all that a run knows is in the one thread that decides.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import pickle
from collections.abc import Awaitable, Coroutine, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, TypeAlias
from uuid import uuid4

from distributed import Client, KilledWorker
from distributed.client import FutureCancelledError

from autograder.errors import CourseError
from autograder.intake.submission import Submission
from autograder.scale.cluster import worker
from autograder.scale.cluster.identity import identity
from autograder.scale.cluster.messages import Refusal, Unprepared
from autograder.scale.cluster.parcel import pack
from autograder.scale.job import Job, Result

POLL_S = 1.0  # seconds between looks at who is there
ANSWER_S = 60.0  # seconds for a scheduler to say so
CLOSE_S = 3.0  # seconds for the workers to hear that the run is over


@dataclass(frozen=True)
class Present:
    """The workers that there are, each with its number of threads."""

    threads: Mapping[str, int]


@dataclass(frozen=True)
class Prepared:
    address: str
    refusal: Refusal | None


@dataclass(frozen=True)
class Missed:
    """A worker could not be reached, or has gone."""

    address: str


@dataclass(frozen=True)
class Answered:
    """How an attempt ended; None where its worker died of it again and again."""

    key: str
    answer: Result | Refusal | Unprepared | CourseError | None


@dataclass(frozen=True)
class Lost:
    """The scheduler cannot be reached any more, or does not understand us."""

    cause: str


Event: TypeAlias = Present | Prepared | Missed | Answered | Lost


class Link:
    """A job's connection to a cluster. Use it from one thread, and close it."""

    def __init__(self, client: Client, job: Job) -> None:
        self._client = client
        self._run = f"autograder-{uuid4().hex}"
        profile = job.assignment.profile
        self._setup = (profile, identity(profile), pack(job))
        self._events: SimpleQueue[Event] = SimpleQueue()
        self._keys = map(f"{self._run}-{{}}".format, itertools.count())
        self._free: list[str] = []  # keys: Dask remembers each that it has seen
        self._watch = self._begin(self._watching())

    def events(self) -> list[Event]:
        """Waits for the next ones."""
        found = [self._events.get()]
        with contextlib.suppress(Empty):
            while True:
                found.append(self._events.get_nowait())
        return found

    def prepare(self, address: str) -> None:
        """Asks a worker to get ready for the job; Prepared or Missed follows."""
        self._begin(self._preparing(address))

    def ask(self, address: str, submission: Submission) -> tuple[str, Future[None]]:
        """Sends a submission to a worker; Answered with this key follows, unless cancelled."""
        key = self._free.pop() if self._free else next(self._keys)
        return key, self._begin(self._asking(key, address, pickle.dumps(submission)))

    def forget(self, key: str) -> None:
        """Lets a key be used again, whose submission has been answered."""
        self._free.append(key)

    def close(self, addresses: Sequence[str]) -> None:
        """Ends the run on these workers, without waiting long."""
        self._watch.cancel()
        if addresses and self._client.status == "running":
            told = self._begin(self._quietly(self._tell(worker.release, addresses)))
            with contextlib.suppress(TimeoutError):
                told.result(CLOSE_S)

    def _begin(self, coroutine: Coroutine[Any, Any, None]) -> Future[None]:
        return asyncio.run_coroutine_threadsafe(coroutine, self._client.loop.asyncio_loop)

    async def _watching(self) -> None:
        while True:
            try:
                present = await asyncio.wait_for(self._client.scheduler.ncores(), ANSWER_S)
            except Exception as error:
                self._events.put(Lost(_first_line(error)))
                return
            self._events.put(Present(present))
            await asyncio.sleep(POLL_S)

    async def _preparing(self, address: str) -> None:
        try:
            answer = (await self._tell(worker.prepare, [address], *self._setup))[address]
        except Exception as error:
            answer = error
        self._events.put(_prepared(address, answer))

    async def _asking(self, key: str, address: str, submission: bytes) -> None:
        future = self._client.submit(
            worker.grade, self._run, submission, key=key, workers=[address], pure=False
        )
        event: Event
        try:
            event = Answered(key, pickle.loads(await future))  # noqa: S301
        except KilledWorker:
            event = Answered(key, None)
        except Exception as error:
            event = Lost(_first_line(error))
        finally:
            future.release()
        self._events.put(event)

    def _tell(
        self, what: Any, addresses: Sequence[str], *arguments: object
    ) -> Awaitable[dict[str, Any]]:
        answers: Awaitable[dict[str, Any]] = self._client.run(
            what, self._run, *arguments, workers=list(addresses), on_error="return"
        )
        return answers

    async def _quietly(self, told: Awaitable[object]) -> None:
        with contextlib.suppress(Exception):
            await told


def _prepared(address: str, answer: bytes | Exception) -> Prepared | Missed:
    """Any other exception than of the way there: the worker cannot read what we ask."""
    if isinstance(answer, bytes):
        return Prepared(address, pickle.loads(answer))  # noqa: S301
    if isinstance(answer, OSError | KeyError):
        return Missed(address)
    return Prepared(address, Refusal(_first_line(answer), "install the same there"))


def _first_line(error: BaseException) -> str:
    if isinstance(error, FutureCancelledError):
        return str(error.reason)
    return f"{type(error).__name__}: {error}".strip().splitlines()[0]
