"""What a cluster costs: Dask's share of a submission, and whether anything grows in a long run.

    python -m benchmarks.cluster                    10,000 submissions: half an hour on two cores
    python -m benchmarks.cluster --submissions 300 --rounds 2

Overhead   the gpt2 reference again and again, with two processes, by the local executor and by
           `local:2`, in turn: time, and processor time of all processes, between a run's eighth
           result and its last, so that start-up does not count.
Memory     of a Dask worker and all that it has started (proportional set size), at its most.
Path       submissions that are rejected unread: what Dask's part takes alone.
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
from collections.abc import Iterable, Iterator, Sequence
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
from benchmarks.processes import pss_mib, tree
from tests.autograder.conftest import HIDDEN_TESTS, PROBES, PUBLIC_TESTS, REFERENCE, TOML

ROOT = Path(__file__).resolve().parent.parent
DASK = str(Path(sys.executable).with_name("dask"))
PROCESSES = 2
THREADS = (1, 3)  # of the workers whose memory is compared
PAIR = 40  # submissions of a run in the comparison
WARM = 8  # of them until all processes have graded some
PATH = 3_000  # submissions that are not graded
SAMPLES = 20  # of the long run
CODE = b"def scaled_sum(x, factor):\n    return factor * x.sum(-1)\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--submissions", type=int, default=10_000, help="of the long run")
    parser.add_argument("--rounds", type=int, default=7, help="of the comparison")
    options = parser.parse_args()
    job, submissions = _gpt2()
    _show_overhead(job, submissions, options.rounds)
    _show_memory(job, submissions)
    traffic.count()
    _show_path(min(PATH, options.submissions))
    _show_long_run(options.submissions)


def _gpt2() -> tuple[Job, list[Submission]]:
    assignment = find_course(ROOT).assignment("gpt2")
    files = read_folder(ROOT / "solutions", assignment.name, assignment.files)
    submissions = [Submission(f"s{n:02}", assignment.name, files) for n in range(PAIR)]
    return Job(assignment, Options()), submissions


def _show_overhead(job: Job, submissions: list[Submission], rounds: int) -> None:
    def local(job: Job, submissions: Iterable[Submission]) -> Iterator[Result]:
        return grade_all(job, submissions, PROCESSES)

    here, there = [], []
    for _ in range(rounds):
        here.append(_run(local, job, submissions))
        with connect(f"local:{PROCESSES}") as executor:
            there.append(_run(executor, job, submissions))
    print(f"| {PAIR} submissions of gpt2, {PROCESSES} processes, {rounds} rounds in turn, medians "
          "| local | Dask | ratio of a round (least to most) |\n|---|---|---|---|")  # fmt: skip
    _print_pairs("until the first report, s", here, there, "first_s")
    _print_pairs("each further one, s", here, there, "each_s")
    _print_pairs("processor time of each further one, s", here, there, "each_cpu_s")
    print(flush=True)


def _print_pairs(what: str, here: list[Timing], there: list[Timing], field: str) -> None:
    ratios = [getattr(b, field) / getattr(a, field) for a, b in zip(here, there, strict=True)]
    middle, least, most = statistics.median(ratios), min(ratios), max(ratios)
    print(f"| {what} | {_median(here, field):.3f} | {_median(there, field):.3f} "
          f"| {middle:.2f} ({least:.2f} to {most:.2f}) |")  # fmt: skip


@dataclass(frozen=True)
class Timing:
    first_s: float
    each_s: float  # after the first few
    each_cpu_s: float  # of all processes


def _run(executor: Executor, job: Job, submissions: list[Submission]) -> Timing:
    begun = time.perf_counter()
    moments, cpu = [], []
    for done, result in enumerate(executor(job, submissions), 1):
        assert isinstance(result, Report)
        assert result.score == job.assignment.max_score
        if done in (1, WARM, len(submissions)):
            moments.append(time.perf_counter())
            cpu.append(sum(_processor_s(pid) for pid, _ in tree(os.getpid())))
    more = len(submissions) - WARM
    return Timing(moments[0] - begun, (moments[-1] - moments[1]) / more, (cpu[-1] - cpu[1]) / more)


def _show_memory(job: Job, submissions: list[Submission]) -> None:
    peaks = {threads: _peak_mib(job, submissions, threads) for threads in THREADS}
    few, many = THREADS
    each = (peaks[many] - peaks[few]) / (many - few)
    print(f"memory of a worker: {peaks[few]:.0f} MiB with {few} thread, {peaks[many]:.0f} with "
          f"{many}: {each:.0f} MiB a further one\n", flush=True)  # fmt: skip


def _peak_mib(job: Job, submissions: list[Submission], threads: int) -> float:
    peak = 0.0
    with (
        tempfile.TemporaryDirectory() as folder,
        _cluster(Path(folder), [threads]) as (address, _, (worker,)),
        connect(address) as executor,
    ):
        for _ in executor(job, submissions):
            peak = max(peak, sum(pss_mib(pid) for pid, _ in tree(worker)))
    return peak


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


def _show_path(count: int) -> None:
    samples, report_bytes = _on_cluster(count, "no such file")
    print(f"{count:,} submissions rejected unread: what the way there and back takes alone\n")
    _print_costs(samples, report_bytes)


def _show_long_run(count: int) -> None:
    samples, report_bytes = _on_cluster(count)
    _print_growth(samples)
    _print_costs(samples, report_bytes)


def _on_cluster(count: int, problem: str = "") -> tuple[list[Sample], float]:
    """Samples of a run of a tiny assignment, and the mean size of a report."""
    every = max(1, count // SAMPLES)
    samples, size = [], 0
    with (
        tempfile.TemporaryDirectory() as folder,
        _cluster(Path(folder), [1] * PROCESSES) as (address, *processes),
        connect(address) as executor,
    ):
        job = Job(load_assignment(_tiny_course(Path(folder, "course")), "tiny"), Options())
        submissions = (Submission(f"s{n}", "tiny", {"tiny.py": CODE}, problem)
                       for n in range(count))  # fmt: skip
        for done, result in enumerate(executor(job, submissions), 1):
            assert isinstance(result, Report)
            assert result.status == ("rejected" if problem else "graded")
            size += len(encode(result))
            if done % every == 0:
                samples.append(_sample(Path(folder), done, *processes))
    return samples, size / count


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
    """Of a process, and of its children that have ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def _sent(folder: Path, pid: int) -> int:
    try:
        return int((folder / f"{pid}.sent").read_text() or 0)
    except OSError:
        return 0


@contextlib.contextmanager
def _cluster(folder: Path, threads: Sequence[int]) -> Iterator[tuple[str, int, list[int]]]:
    """A scheduler's address and process id, and the ids of its workers, of so many threads."""
    file = folder / "scheduler.json"
    processes = [_start(folder, "scheduler", "--port", "0", "--scheduler-file", str(file))]
    try:
        while not file.exists() or not file.read_bytes():
            time.sleep(0.05)
        address = json.loads(file.read_bytes())["address"]
        for count in threads:
            more = ("worker", address, "--nthreads", str(count), "--no-nanny")
            processes.append(_start(folder, *more))
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
