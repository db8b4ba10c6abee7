"""What a cluster costs: Dask's share of a submission, and whether anything grows in a long run.

    python -m benchmarks.cluster                    10,000 submissions: half an hour on two cores
    python -m benchmarks.cluster --submissions 300 --rounds 2

Overhead   the gpt2 reference again and again, with two processes, by the local executor and by
           `local:2`, in turn; the rate between a run's first result and its last, so that start-up
           does not count.
Long run   a tiny assignment on a scheduler and two workers, each a process of its own: memory
           (proportional set size) and processor time of client and scheduler, and bytes sent.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.course.assignment import find_course, load_assignment
from autograder.grading.options import Options
from autograder.intake.folders import read_folder
from autograder.intake.submission import Submission
from autograder.reports.schema import Report, encode
from autograder.scale.cluster import connect
from autograder.scale.job import Executor, Job, Result
from autograder.scale.local import grade_all
from benchmarks import traffic
from benchmarks.processes import pss_mib
from tests.autograder.conftest import HIDDEN_TESTS, PROBES, PUBLIC_TESTS, REFERENCE, TOML

ROOT = Path(__file__).resolve().parent.parent
DASK = str(Path(sys.executable).with_name("dask"))
PROCESSES = 2
PAIR = 24  # submissions of a run in the comparison
SAMPLES = 20  # of the long run
CODE = b"def scaled_sum(x, factor):\n    return factor * x.sum(-1)\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--submissions", type=int, default=10_000, help="of the long run")
    parser.add_argument("--rounds", type=int, default=7, help="of the comparison")
    options = parser.parse_args()
    _show_overhead(options.rounds)
    with tempfile.TemporaryDirectory() as folder:
        _show_long_run(Path(folder), options.submissions)


def _show_overhead(rounds: int) -> None:
    assignment = find_course(ROOT).assignment("gpt2")
    job = Job(assignment, Options())
    files = read_folder(ROOT / "solutions", assignment.name, assignment.files)
    submissions = [Submission(f"s{n:02}", assignment.name, files) for n in range(PAIR)]

    def local(job: Job, submissions: Iterable[Submission]) -> Iterator[Result]:
        return grade_all(job, submissions, PROCESSES)

    here, there = [], []
    for _ in range(rounds):
        here.append(_run(local, job, submissions))
        with connect(f"local:{PROCESSES}") as executor:
            there.append(_run(executor, job, submissions))
    ratios = [b.each_s / a.each_s for a, b in zip(here, there, strict=True)]
    print(f"| {PAIR} submissions of gpt2, {PROCESSES} processes, {rounds} rounds in turn "
          "| local | Dask |\n|---|---|---|")  # fmt: skip
    print(f"| until the first report, s, median | {_median(here, 'first_s'):.1f} "
          f"| {_median(there, 'first_s'):.1f} |")  # fmt: skip
    print(f"| each further one, s, median | {_median(here, 'each_s'):.3f} "
          f"| {_median(there, 'each_s'):.3f} |")  # fmt: skip
    print(f"| ratio of each round, median (least to most) | 1 | {statistics.median(ratios):.2f} "
          f"({min(ratios):.2f} to {max(ratios):.2f}) |\n", flush=True)  # fmt: skip


@dataclass(frozen=True)
class Timing:
    first_s: float
    each_s: float  # after the first


def _run(executor: Executor, job: Job, submissions: list[Submission]) -> Timing:
    begun = time.perf_counter()
    moments = []
    for result in executor(job, submissions):
        assert isinstance(result, Report)
        assert result.score == job.assignment.max_score
        moments.append(time.perf_counter())
    return Timing(moments[0] - begun, (moments[-1] - moments[0]) / (len(moments) - 1))


def _median(timings: list[Timing], which: str) -> float:
    return statistics.median(getattr(one, which) for one in timings)


@dataclass(frozen=True)
class Sample:
    """A moment of the long run."""

    done: int
    at_s: float
    client_mib: float
    scheduler_mib: float
    client_s: float  # of processor time
    scheduler_s: float
    workers_s: float  # Dask's own processes, without what they have started
    client_sent: int  # bytes
    scheduler_sent: int
    workers_sent: int


def _show_long_run(folder: Path, count: int) -> None:
    traffic.count()
    job = Job(load_assignment(_tiny_course(folder / "course"), "tiny"), Options())
    sizes: list[int] = []
    samples: list[Sample] = []
    with _cluster(folder) as (address, scheduler, workers), connect(address) as executor:
        submissions = (Submission(f"s{n}", "tiny", {"tiny.py": CODE}) for n in range(count))
        for done, result in enumerate(executor(job, submissions), 1):
            assert isinstance(result, Report)
            assert result.score == job.assignment.max_score
            sizes.append(len(encode(result)))
            if done % max(1, count // SAMPLES) == 0:
                samples.append(_sample(folder, done, scheduler, workers))
    _print_growth(samples)
    _print_costs(samples, statistics.mean(sizes))


def _sample(folder: Path, done: int, scheduler: int, workers: list[int]) -> Sample:
    return Sample(
        done=done,
        at_s=time.perf_counter(),
        client_mib=pss_mib(os.getpid()),
        scheduler_mib=pss_mib(scheduler),
        client_s=_processor_s(os.getpid()),
        scheduler_s=_processor_s(scheduler),
        workers_s=sum(map(_processor_s, workers)),
        client_sent=traffic.Sent.total,
        scheduler_sent=_sent(folder, scheduler),
        workers_sent=sum(_sent(folder, pid) for pid in workers),
    )


def _print_growth(samples: list[Sample]) -> None:
    print("| submissions done | client, MiB | scheduler, MiB |\n|---|---|---|")
    for one in samples:
        print(f"| {one.done:,} | {one.client_mib:.1f} | {one.scheduler_mib:.1f} |")
    print()


def _print_costs(samples: list[Sample], report_bytes: float) -> None:
    first, last = samples[0], samples[-1]
    done = last.done - first.done

    def each(field: str) -> float:
        return (getattr(last, field) - getattr(first, field)) / done

    print(f"| of each of {done:,} submissions ({len(CODE)} bytes of code, {report_bytes:,.0f} of "
          "report) | client | scheduler | both workers |\n|---|---|---|---|")  # fmt: skip
    print(f"| bytes sent | {each('client_sent'):,.0f} | {each('scheduler_sent'):,.0f} "
          f"| {each('workers_sent'):,.0f} |")  # fmt: skip
    client_ms, scheduler_ms, workers_ms = (
        1000 * each(field) for field in ("client_s", "scheduler_s", "workers_s")
    )
    print(f"| processor time, ms | {client_ms:.2f} | {scheduler_ms:.2f} | {workers_ms:.2f} |")
    print(f"\n{1 / each('at_s'):.1f} submissions a second; scheduler: {scheduler_ms:.1f} s of "
          "processor time for 1,000")  # fmt: skip


def _processor_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _sent(folder: Path, pid: int) -> int:
    try:
        return int((folder / f"{pid}.sent").read_text() or 0)
    except OSError:
        return 0


@contextlib.contextmanager
def _cluster(folder: Path) -> Iterator[tuple[str, int, list[int]]]:
    """A scheduler's address and process id, and those of its workers."""
    file = folder / "scheduler.json"
    processes = [_start(folder, "scheduler", "--port", "0", "--scheduler-file", str(file))]
    try:
        while not file.exists() or not file.read_bytes():
            time.sleep(0.05)
        address = json.loads(file.read_bytes())["address"]
        for _ in range(PROCESSES):
            processes.append(_start(folder, "worker", address, "--nthreads", "1", "--no-nanny"))
        scheduler, *workers = (process.pid for process in processes)
        yield address, scheduler, workers
    finally:
        for process in reversed(processes):
            process.kill()
            process.wait()


def _start(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    command = [DASK, *arguments, "--host", "127.0.0.1", "--no-dashboard"]
    return subprocess.Popen(
        [*command, "--preload", str(Path(traffic.__file__))],
        cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def _tiny_course(root: Path) -> Path:
    files = {
        "assignments/tiny/assignment.toml": TOML,
        "assignments/tiny/probes.py": PROBES,
        "solutions/tiny/tiny.py": REFERENCE,
        "tests/tiny/test_tiny.py": PUBLIC_TESTS,
        "tests/tiny/hidden/test_tiny.py": HIDDEN_TESTS,
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


if __name__ == "__main__":
    main()
