"""Decides who grades what: two submissions for each thread of a worker, and no more, are away.

A worker that goes is no loss: what it had is sent to another. One that comes is put to work.
"""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field

from distributed import Client

from autograder.errors import CourseError, GraderFault
from autograder.intake.submission import Submission
from autograder.scale.cluster.link import Answered, Event, Link, Lost, Missed, Prepared, Present
from autograder.scale.cluster.messages import Refusal, Unprepared
from autograder.scale.job import Failed, Job, Result

AWAY = 2  # for each thread: one that is graded, one that waits there
DEATHS = 3  # of workers under one submission, before it is given up
PATIENCE_S = 60.0  # seconds without any worker: one that died may be started again
REFUSED_S = 10.0  # seconds with refused workers alone: others may be about to join


@dataclass
class _Site:
    """A worker, as far as this run is concerned."""

    address: str
    threads: int
    is_ready: bool = False
    refusal: Refusal | None = None
    away: dict[str, _Attempt] = field(default_factory=dict)  # by key, the latest last

    @property
    def room(self) -> int:
        return AWAY * self.threads - len(self.away) if self.is_ready else 0

    @property
    def load(self) -> float:
        return len(self.away) / self.threads


@dataclass(frozen=True)
class _Work:
    submission: Submission
    deaths: int = 0  # of workers that had it


@dataclass(frozen=True)
class _Attempt:
    work: _Work
    task: Future[None]


def grade_all(
    client: Client, where: str, job: Job, submissions: Iterable[Submission]
) -> Iterator[Result]:
    """The executor of a cluster; for no submissions it does nothing."""
    source = iter(submissions)
    first = next(source, None)
    if first is None:
        return
    run = _Run(Link(client, job), where, source)
    run.waiting.append(_Work(first))
    try:
        yield from run.results()
    finally:
        run.close()


class _Run:
    def __init__(self, link: Link, where: str, source: Iterator[Submission]) -> None:
        self._link = link
        self._where = where
        self._source = source
        self._is_exhausted = False
        self._sites: dict[str, _Site] = {}
        self._ever_ready = False
        self._hope_s = time.monotonic()  # when there was last a worker to count on
        self.waiting: deque[_Work] = deque()

    def results(self) -> Iterator[Result]:
        while True:
            self._send_out()
            if not any(site.away for site in self._sites.values()) and self._is_done():
                return
            for event in self._link.events():
                yield from self._digest(event)
            self._keep_hope()

    def close(self) -> None:
        for site in self._sites.values():
            for attempt in site.away.values():
                attempt.task.cancel()
        self._link.close([*self._sites])

    def _is_done(self) -> bool:
        return self._is_exhausted and not self.waiting

    def _send_out(self) -> None:
        while (site := self._roomiest()) and (work := self._next()):
            key, task = self._link.ask(site.address, work.submission)
            site.away[key] = _Attempt(work, task)
        if self._is_done():
            self._share()

    def _roomiest(self) -> _Site | None:
        roomy = (site for site in self._sites.values() if site.room > 0)
        return min(roomy, key=lambda site: site.load, default=None)

    def _next(self) -> _Work | None:
        if self.waiting:
            return self.waiting.popleft()
        submission = next(self._source, None)
        self._is_exhausted = submission is None
        return _Work(submission) if submission else None

    def _share(self) -> None:
        """At the end, what waits at one worker is sent to another that has nothing to do."""
        for idle in self._sites.values():
            busiest = max(self._sites.values(), key=lambda site: site.load)
            if idle.room and not idle.away and len(busiest.away) > busiest.threads:
                _, attempt = busiest.away.popitem()
                attempt.task.cancel()
                key, task = self._link.ask(idle.address, attempt.work.submission)
                idle.away[key] = _Attempt(attempt.work, task)

    def _digest(self, event: Event) -> Iterator[Result]:
        match event:
            case Lost(cause):
                raise GraderFault(
                    f"{self._where}: the scheduler is lost ({cause}). Do: finished reports are "
                    "whole; run the same command again: it goes on from there"
                )
            case Present(threads):
                for address in self._sites.keys() - threads.keys():
                    yield from self._bury(self._sites.pop(address))
                for address in threads.keys() - self._sites.keys():
                    self._sites[address] = _Site(address, threads[address])
                    self._link.prepare(address)
            case Missed(address):  # found again by the next look, if it is there
                if address in self._sites:
                    yield from self._bury(self._sites.pop(address))
            case Prepared(address, refusal):
                if site := self._sites.get(address):
                    self._admit(site, refusal)
            case Answered():
                yield from self._take(event)

    def _bury(self, site: _Site) -> Iterator[Result]:
        """Sends its work elsewhere; what only waited there, first and without suspicion."""
        attempts = list(site.away.values())
        for attempt in attempts:
            attempt.task.cancel()
        self.waiting.extend(attempt.work for attempt in attempts[site.threads :])
        for attempt in attempts[: site.threads]:
            yield from self._mourn(attempt.work)

    def _mourn(self, work: _Work) -> Iterator[Result]:
        """Sends out again what a worker died with, unless that happened too often."""
        work = _Work(work.submission, work.deaths + 1)
        if work.deaths < DEATHS:
            self.waiting.append(work)
        else:
            yield Failed(
                work.submission,
                f"{DEATHS} Dask workers died while they had it. Do: grade this submission again",
            )

    def _admit(self, site: _Site, refusal: Refusal | None) -> None:
        if refusal is None:
            site.is_ready = self._ever_ready = True
        elif site.refusal is None:
            print(f"autograder: {site.address}: {refusal.cause}: not used. Do: {refusal.remedy}",
                  file=sys.stderr)  # fmt: skip
            site.is_ready, site.refusal = False, refusal

    def _take(self, event: Answered) -> Iterator[Result]:
        site = next((one for one in self._sites.values() if event.key in one.away), None)
        if site is None:
            return  # its worker was given up before
        work = site.away.pop(event.key).work
        self._link.forget(event.key)
        match event.answer:
            case None:
                yield from self._mourn(work)
            case CourseError() as error:
                raise error
            case Refusal() as refusal:
                self._admit(site, refusal)
                self.waiting.append(work)
            case Unprepared():
                site.is_ready = False
                self._link.prepare(site.address)
                self.waiting.append(work)
            case result:
                yield result

    @property
    def _hopeless_s(self) -> float:
        """Seconds without a worker to count on."""
        return time.monotonic() - self._hope_s

    def _keep_hope(self) -> None:
        """Raises GraderFault where no worker is left, and none is likely to come."""
        refusals = [site.refusal for site in self._sites.values() if site.refusal]
        if len(refusals) < len(self._sites):
            self._hope_s = time.monotonic()
        elif refusals and not self._ever_ready and self._hopeless_s > REFUSED_S:
            raise GraderFault(
                f"{self._where}: none of its {len(refusals)} workers can be used "
                f"({refusals[0].cause}). Do: {refusals[0].remedy}, then run the same command again"
            )
        elif self._hopeless_s > PATIENCE_S:
            raise GraderFault(
                f"{self._where}: no worker is left. Do: start workers, and run the same command "
                "again: it goes on from there"
            )
