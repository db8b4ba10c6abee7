"""What concerns this grader alone, by its command line: cold start, memory, two jobs."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.versus.classes import ASSIGNMENT, class_of, write_class
from benchmarks.versus.measure import Spread, peak_mib, seconds, started
from benchmarks.versus.ours import grading
from benchmarks.versus.tool import surroundings

IMPORTS = "import torch, pytest, hypothesis, transformers.models.gpt2.modeling_gpt2"
SMALL, LARGE = 6, 36  # the class whose time is mostly start, and the one with the work


def cold(rounds: int) -> tuple[Spread, Spread]:
    """Seconds until the first report of a class stands there, and of bare imports, in turn."""
    first, imports = [], []
    for _ in range(rounds):
        imports.append(_imports())
        first.append(_first())
    return Spread.of([one - other for one, other in zip(first, imports, strict=True)]), Spread.of(
        imports
    )


def _imports() -> float:
    command = [sys.executable, "-c", IMPORTS]
    begun = time.perf_counter()
    subprocess.run(command, check=True, env=surroundings(command))
    return time.perf_counter() - begun


def _first() -> float:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_class(folder / "class", class_of(1))
        reports = folder / "reports" / ASSIGNMENT
        begun = time.perf_counter()
        with started(grading(folder / "class", folder / "reports", 1)) as process:
            while not list(reports.glob("*.json")) and process.poll() is None:
                time.sleep(0.005)
            taken = time.perf_counter() - begun
            process.communicate()
        return taken


def memory() -> tuple[float, float]:
    """The peak with one job, and what each further one adds, which is memory of its own: MiB."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_class(folder / "class", class_of(LARGE))
        one, three = (
            peak_mib([grading(folder / "class", folder / "reports", jobs)]) for jobs in (1, 3)
        )
    return one, (three - one) / 2


def two_jobs(rounds: int) -> tuple[Spread, Spread]:
    """How many times as fast two jobs are as one on two cores: a class with its start, and
    without, each submission by itself."""
    cores = set(sorted(os.sched_getaffinity(0))[:2])
    whole, further = [], []
    with tempfile.TemporaryDirectory() as name:
        small, large = Path(name, "small"), Path(name, "large")
        write_class(small, class_of(SMALL))
        write_class(large, class_of(LARGE))
        for _ in range(rounds):
            times = {
                (path, jobs): seconds([grading(path, Path(name, "reports"), jobs)], cores)
                for path in (small, large)
                for jobs in (1, 2)
            }
            one, two = times[large, 1], times[large, 2]
            whole.append(one / two)
            further.append((one - times[small, 1]) / (two - times[small, 2]))
    return Spread.of(whole), Spread.of(further)
