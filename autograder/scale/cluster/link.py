"""Talks to Dask for a run: what it is asked runs on Dask's own thread and ends as an event.

So all that a run knows is in the one thread that decides.
"""

from __future__ import annotations

import asyncio
import contextlib
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
class Answered:
    """How an attempt ended; None where its worker died of it again and again."""

    key: str
    answer: Result | Refusal | Unprepared | CourseError | None


@dataclass(frozen=True)
class Lost:
    """The scheduler cannot be reached any more, or does not understand us."""

    cause: str


Event: TypeAlias = Present | Prepared | Answered | Lost


class Link:
    """A job's connection to a cluster. Use it from one thread, and close it."""

    def __init__(self, client: Client, job: Job) -> None:
        self._client = client
        self._run = f"autograder-{uuid4().hex}"
        profile = job.assignment.profile
        self._setup = (profile, identity(profile), pack(job))
        self._events: SimpleQueue[Event] = SimpleQueue()
        self._numbers = 0
        self._watch = self._begin(self._watching())

    def events(self) -> list[Event]:
        """Waits for the next ones."""
        found = [self._events.get()]
        with contextlib.suppress(Empty):
            while True:
                found.append(self._events.get_nowait())
        return found

    def prepare(self, address: str) -> None:
        """Asks a worker to get ready for the job; Prepared follows, unless it has gone."""
        self._begin(self._preparing(address))

    def ask(self, address: str, submission: Submission) -> tuple[str, Future[None]]:
        """Sends a submission to a worker; Answered with this key follows, unless cancelled."""
        self._numbers += 1
        key = f"{self._run}-{self._numbers}"
        return key, self._begin(self._asking(key, address, pickle.dumps(submission)))

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
                present = await self._client.scheduler.ncores()
            except Exception as error:
                self._events.put(Lost(_first_line(error)))
                return
            self._events.put(Present(present))
            await asyncio.sleep(POLL_S)

    async def _preparing(self, address: str) -> None:
        answer = (await self._tell(worker.prepare, [address], *self._setup)).get(address)
        if isinstance(answer, bytes):
            self._events.put(Prepared(address, pickle.loads(answer)))  # noqa: S301
        elif answer is not None and not isinstance(answer, OSError):
            remedy = "install the same there"
            self._events.put(Prepared(address, Refusal(_first_line(answer), remedy)))

    async def _asking(self, key: str, address: str, submission: bytes) -> None:
        future = self._client.submit(
            worker.grade, self._run, submission, key=key, workers=[address], pure=False
        )
        try:
            self._events.put(Answered(key, pickle.loads(await future)))  # noqa: S301
        except KilledWorker:
            self._events.put(Answered(key, None))
        except Exception as error:
            self._events.put(Lost(_first_line(error)))
        finally:
            future.release()

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


def _first_line(error: BaseException) -> str:
    if isinstance(error, FutureCancelledError):
        return str(error.reason)
    return f"{type(error).__name__}: {error}".strip().splitlines()[0]
