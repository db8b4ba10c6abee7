"""Measures commands: seconds on chosen cores, in turn, and the memory of all their processes."""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.processes import pss_mib, tree
from benchmarks.versus.classes import ROOT
from benchmarks.versus.tool import Command, surroundings

CORE = min(os.sched_getaffinity(0))


@dataclass(frozen=True)
class Spread:
    """The median of several rounds, the least and the greatest."""

    median: float
    low: float
    high: float

    @staticmethod
    def of(values: Sequence[float]) -> Spread:
        return Spread(statistics.median(values), min(values), max(values))

    def text(self, digits: int) -> str:
        low, middle, high = (f"{v:.{digits}f}" for v in (self.low, self.median, self.high))
        return f"{middle} ({low} to {high})"


@contextlib.contextmanager
def on_cores(cores: set[int]) -> Iterator[None]:
    """Binds this process, and what it starts, to some cores."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def seconds(commands: Sequence[Command], cores: set[int]) -> float:
    """How long the commands take, one after another. Raises where one fails."""
    with on_cores(cores):
        begun = time.perf_counter()
        for command in commands:
            with started(command) as process:
                output = process.communicate()[0]
            if process.returncode not in (0, 1):  # pytest's 1: some tests failed
                text = output.decode(errors="replace")
                raise RuntimeError(f"{command}: exit code {process.returncode}\n{text}")
        return time.perf_counter() - begun


def started(command: Command) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, cwd=ROOT, env=surroundings(command), stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # fmt: skip


def peak_mib(commands: Sequence[Command]) -> float:
    """The most memory that a command and its processes hold: their proportional set sizes."""
    peak = 0.0
    for command in commands:
        with started(command) as process:
            while process.poll() is None:
                peak = max(peak, sum(pss_mib(pid) for pid, _ in tree(process.pid)))
                time.sleep(0.05)
    return peak
