"""Speed and memory of grading the gpt2 suite, as figures and ratios of one run: `make bench`.

Warm suite   one submission after another in one process on one core, with the sandbox and
             (in turn) the same suite in this process without one.
Cold start   `autograder grade` of one student, until the report stands there, against the time
             of the imports alone.
Memory       proportional set size (shared pages divided among their users) of all processes of a
             run, with one job and with three.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from autograder.course.assignment import Assignment, find_course
from autograder.grading.grade import Grader
from autograder.grading.options import Options
from autograder.grading.student import Student
from autograder.grading.suite import chosen_tests, run_suite
from autograder.intake.folders import read_folder
from autograder.intake.submission import Submission
from autograder.sandbox.inprocess import InProcess
from benchmarks.processes import pss_mib, tree

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 15
IMPORTS = "import torch, pytest, hypothesis, transformers.models.gpt2.modeling_gpt2"


def main() -> None:
    assignment = find_course(ROOT).assignment("gpt2")
    print(f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores,"
          f" {len(assignment.tests)} tests, medians of {ROUNDS} rounds")  # fmt: skip
    _show_cold()
    _show_memory()
    _show_warm(assignment)  # last: it binds this process to one core


def _show_warm(assignment: Assignment) -> None:
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    files = read_folder(ROOT / "solutions", assignment.name, assignment.files)
    submission = Submission("reference", assignment.name, files)
    tests = chosen_tests(assignment, None)

    def without() -> None:
        folder = assignment.solution_folder
        run_suite(assignment, Student(InProcess(folder, assignment.name, assignment.module)), tests)

    with Grader(assignment, {}, Options()) as grader:
        sandboxed, plain = _in_turn(lambda: grader.grade(submission), without)
    print(f"warm suite, one core:   {sandboxed:.3f} s in the sandbox, {plain:.3f} s without: "
          f"ratio {sandboxed / plain:.2f}, {60 / sandboxed:.0f} submissions a minute")  # fmt: skip


def _in_turn(*works: Callable[[], object]) -> Iterator[float]:
    """The median seconds of each, run in turn so that a drifting machine is fair to all."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(ROUNDS + 2):
        for work, seconds in zip(works, times, strict=True):
            begun = time.perf_counter()
            work()
            seconds.append(time.perf_counter() - begun)
    return (statistics.median(seconds[2:]) for seconds in times)


def _show_cold() -> None:
    imports, cold = _in_turn_cold()
    print(f"cold start:             first report after {cold:.2f} s, imports alone {imports:.2f} s:"
          f" {cold - imports:.2f} s more, ratio {cold / imports:.2f}")  # fmt: skip


def _in_turn_cold() -> tuple[float, float]:
    imports, cold = [], []
    for _ in range(3):
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-c", IMPORTS], check=True)
        imports.append(time.perf_counter() - begun)
        with tempfile.TemporaryDirectory() as output:
            report = Path(output) / "gpt2" / "solutions.json"
            begun = time.perf_counter()
            with _grading("solutions", output, 1) as process:
                while not report.exists() and process.poll() is None:
                    time.sleep(0.005)
                cold.append(time.perf_counter() - begun)
    return statistics.median(imports), statistics.median(cold)


def _show_memory() -> None:
    one, three = _peak_pss_mib(1), _peak_pss_mib(3)
    print(f"memory:                 {one:.0f} MiB with one job, {three:.0f} MiB with three: "
          f"{(three - one) / 2:.0f} MiB a further job")  # fmt: skip


def _peak_pss_mib(jobs: int) -> float:
    peak = 0.0
    with tempfile.TemporaryDirectory() as output, _grading("submissions", output, jobs) as process:
        while process.poll() is None:
            peak = max(peak, sum(pss_mib(pid) for pid, _ in tree(process.pid)))
            time.sleep(0.05)
    return peak


def _grading(path: str, output: str, jobs: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "autograder", "grade", path, "--output", output]
    return subprocess.Popen([*command, "--jobs", str(jobs)], cwd=ROOT, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)  # fmt: skip


if __name__ == "__main__":
    main()
