"""Where the time of one warm submission goes: `make bench` writes benchmarks/results/profile.md.

A timer looks at the stack of the grading process each millisecond. What it finds is one kind of
work, by the first of the kinds below that is anywhere on the stack; beside it the same for the
suite without a sandbox. What the student's process does is seen as waiting for it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

import torch

from autograder.course.assignment import find_course
from autograder.course.masked import known_gaps
from autograder.grading.grade import Grader
from autograder.grading.options import Options
from autograder.grading.suite import chosen_tests, run_suite
from autograder.intake.discover import Student as Folder
from autograder.intake.discover import read_submission
from benchmarks.versus.direct import student_in

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 20
PERIOD_S = 0.001

# name, a part of the file's path, and its functions (none: all)
KINDS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("locking a child down, sending it the files", "sandbox/box.py", ("_settle",)),
    ("forking a child", "sandbox/warm.py", ("fork",)),
    ("ending a child, deleting its folder", "sandbox/box.py", ("close",)),
    ("looking at what the child holds", "sandbox/box.py", ("_watch",)),
    ("encoding", "sandbox/protocol.py", ("encode",)),
    ("decoding", "sandbox/protocol.py", ("decode", "_decode")),
    ("importing the student's module", "sandbox/keeper.py", ("_load",)),
    ("importing the student's module", "sandbox/inside/runner.py", ("load_module",)),
    ("the student's code", "sandbox/protocol.py", ("wait",)),
    ("the student's code", "sandbox/inside/runner.py", ("call_probe",)),
    ("the rest of a call", "autograder/sandbox/", ()),
    ("copying inputs", "versus/direct.py", ()),
    ("comparing", "grading/compare.py", ()),
    ("drawing inputs", "grading/draw.py", ()),
    ("hypothesis", "/hypothesis/", ()),
    ("the tests' own lines, expected values", "/tests/gpt2/", ()),
    ("gaps, score, report", "autograder/course/", ()),
    ("gaps, score, report", "grading/scoring.py", ()),
    ("pytest's own rounds", "/_pytest/", ()),
)
REST = "the rest"


def main() -> None:
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    torch.set_num_threads(1)
    assignment = find_course(ROOT).assignment("gpt2")
    reference = read_submission(Folder("reference", ROOT / "solutions"), assignment)
    tests = chosen_tests(assignment, None)

    def without() -> None:
        run_suite(assignment, student_in(assignment.solution_folder, assignment), tests)

    with Grader(assignment, known_gaps(assignment), Options()) as grader:
        sandboxed, floor = _sampled(lambda: grader.grade(reference), without)
    page = _page(sandboxed, floor)
    print(page)
    (ROOT / "benchmarks" / "results" / "profile.md").write_text(page)


def _sampled(*works: Callable[[], object]) -> list[dict[str, float]]:
    """Milliseconds a round of each, by kind, in turn; the first two rounds make ready."""
    found: list[Counter[str]] = [Counter() for _ in works]
    taken = [0.0] * len(works)
    for number in range(ROUNDS + 2):
        for index, work in enumerate(works):
            with _looking(found[index] if number > 1 else Counter()):
                begun = time.perf_counter()
                work()
                taken[index] += (time.perf_counter() - begun) * (number > 1)
    return [
        {kind: 1000 * seconds / ROUNDS * count / counts.total() for kind, count in counts.items()}
        for counts, seconds in zip(found, taken, strict=True)
    ]


@contextlib.contextmanager
def _looking(found: Counter[str]) -> Iterator[None]:
    def look(_signal: int, frame: FrameType | None) -> None:
        found[_kind(frame)] += 1

    before = signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, PERIOD_S, PERIOD_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _kind(frame: FrameType | None) -> str:
    stack = []
    while frame:
        stack.append((frame.f_code.co_filename, frame.f_code.co_name))
        frame = frame.f_back
    for kind, part, functions in KINDS:
        if any(part in file and (not functions or name in functions) for file, name in stack):
            return kind
    return REST


def _page(sandboxed: dict[str, float], floor: dict[str, float]) -> str:
    whole = sum(sandboxed.values())
    rows = [
        f"| {kind} | {sandboxed.get(kind, 0):.0f} | {sandboxed.get(kind, 0) / whole:.0%} "
        f"| {floor.get(kind, 0):.0f} |"
        for kind in dict.fromkeys([*(kind for kind, _, _ in KINDS), REST])
    ]
    rows.append(f"| all | {whole:.0f} | 100% | {sum(floor.values()):.0f} |")
    return "\n".join((
        "# Where the time of one warm submission goes",
        "",
        f"The reference of gpt2, {ROUNDS} times, on one core, looked at each millisecond "
        "(`python -m benchmarks.where_time_goes`).",
        "",
        "| what | in the sandbox, ms | share | without, ms |",
        "| --- | --- | --- | --- |",
        *rows,
        "",
    ))  # fmt: skip


if __name__ == "__main__":
    main()
