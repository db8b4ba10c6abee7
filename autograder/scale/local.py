"""Grades a class on this machine: N warm worker processes, forked from one that has torch.

This process stays small (no torch). A fork server imports the libraries once, and a zygote what
student code may import; each worker is forked from the one, gets a branch of the other, keeps one
Grader and answers one submission at a time over a pipe. A worker that dies or hangs is our fault:
its submission is retried once in a fresh worker, then ungradable.
"""

from __future__ import annotations

import ast
import contextlib
import multiprocessing
import signal
import time
import traceback
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.course.assignment import Assignment
from autograder.errors import CourseError, GraderFault
from autograder.intake.submission import Submission
from autograder.sandbox.warm import Branch, BranchLost, Zygote
from autograder.scale import descriptors, server

if TYPE_CHECKING:
    from autograder.course.gaps import GapInfo
    from autograder.grading.grade import Grader
    from autograder.grading.options import Options
    from autograder.reports.schema import Report

# Beyond a submission's own limit, a worker that is silent for so long is stuck (seconds).
# Covers the imports of torch and transformers on a slow disk.
PATIENCE_S = 120.0
TIDY_S = 3.0  # seconds for a worker to end; its sandbox is gone in milliseconds


@dataclass(frozen=True)
class Job:
    """What each worker is made for."""

    assignment: Assignment
    gaps: Mapping[str, Sequence[GapInfo]]
    options: Options


@dataclass(frozen=True)
class Failed:
    """A submission that this machine could not grade, and why."""

    submission: Submission
    reason: str


@dataclass
class _Worker:
    process: ForkServerProcess
    pipe: Connection
    submission: Submission | None = None
    deadline: float = 0.0  # monotonic, seconds


def grade_all(job: Job, submissions: Sequence[Submission], jobs: int) -> Iterator[Report | Failed]:
    """Yields a result for each submission, as they are done.

    Raises CourseError, or GraderFault where no worker can start at all (no Landlock, say, or too
    few open files).
    """
    if not submissions:
        return
    descriptors.allow(jobs, job.assignment.limits.open_files)
    context = multiprocessing.get_context("forkserver")
    modules = ["autograder.grading.grade", *_imports(job.assignment), "autograder.scale.freeze"]
    with Zygote(job.assignment.profile, job.options.isolation) as zygote:
        server.start(modules)  # which imports while the zygote does
        yield from _grade_all(context, job, zygote, submissions, jobs)


def _grade_all(
    context: ForkServerContext,
    job: Job,
    zygote: Zygote,
    submissions: Sequence[Submission],
    jobs: int,
) -> Iterator[Report | Failed]:
    waiting = deque(submissions)
    retried: set[str] = set()
    workers: list[_Worker] = []
    try:
        workers += [_start(context, job, zygote) for _ in range(min(jobs, len(waiting)))]
        while waiting or any(worker.submission for worker in workers):
            for worker in workers:
                if not worker.submission and waiting:
                    _send(worker, waiting.popleft(), job.assignment)
            for index in _ready(workers):
                result = _receive(workers[index])
                if isinstance(result, Failed):
                    _stop(workers[index])
                    workers[index] = _start(context, job, zygote)
                    if result.submission.student not in retried:
                        retried.add(result.submission.student)
                        waiting.append(result.submission)
                        continue
                yield result
    finally:
        for worker in workers:
            _stop(worker)


def _start(context: ForkServerContext, job: Job, zygote: Zygote) -> _Worker:
    ours, theirs = context.Pipe()
    branch = zygote.branch()
    process = context.Process(target=_work, args=(job, branch, theirs), daemon=True)
    process.start()
    theirs.close()
    branch.control.close()
    return _Worker(process, ours)


def _send(worker: _Worker, submission: Submission, assignment: Assignment) -> None:
    worker.submission = submission
    worker.deadline = time.monotonic() + 2 * assignment.limits.submission_s + PATIENCE_S
    with contextlib.suppress(OSError):  # the worker is gone: _receive says so
        worker.pipe.send(submission)


def _ready(workers: Sequence[_Worker]) -> list[int]:
    """The busy workers that have answered, died or run out of time."""
    busy = {worker.pipe: index for index, worker in enumerate(workers) if worker.submission}
    timeout = min(workers[index].deadline for index in busy.values()) - time.monotonic()
    answered = [busy[pipe] for pipe in wait(list(busy), max(0.0, timeout))]  # type: ignore[index]
    return answered or [i for i in busy.values() if workers[i].deadline <= time.monotonic()]


def _receive(worker: _Worker) -> Report | Failed:
    submission, worker.submission = worker.submission, None
    assert submission is not None
    if not worker.pipe.poll():
        return Failed(submission, "the grading process hung. Do: grade this submission again")
    try:
        result = worker.pipe.recv()
    except (EOFError, OSError):
        return Failed(submission, "the grading process died (out of memory?). Do: grade again")
    if isinstance(result, CourseError | GraderFault):
        raise result
    return Failed(submission, result) if isinstance(result, str) else result


def _stop(worker: _Worker) -> None:
    """Ends a worker as Ctrl-C would, so that it deletes its sandbox's folder; else by force."""
    worker.process.terminate()
    worker.process.join(TIDY_S)
    if worker.process.is_alive():
        worker.process.kill()
        worker.process.join()
    worker.pipe.close()


def _work(job: Job, branch: Branch, pipe: Connection) -> None:
    """A worker: one Grader, one submission after another, until the pipe is closed."""
    from autograder.grading.grade import Grader

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # with this: see _stop
    try:
        with Grader(job.assignment, job.gaps, job.options, branch) as grader:
            while True:
                pipe.send(_grade(grader, pipe.recv()))
    except (EOFError, KeyboardInterrupt, BranchLost):
        return  # without an answer, if one is owed: the parent tries again in a fresh worker
    except (CourseError, GraderFault) as error:  # no worker would do better: the run ends
        pipe.send(error)


def _grade(grader: Grader, submission: Submission) -> Report | str | CourseError:
    try:
        return grader.grade(submission)
    except BranchLost:
        raise
    except CourseError as error:
        return error
    except Exception as error:  # whatever it was, it is not the student's; the class goes on
        return _whose_fault(error, grader.tests_folder)


def _imports(assignment: Assignment) -> list[str]:
    """The modules that the suite's files import at their top: loaded before workers are forked."""
    found: set[str] = set()
    for path in assignment.tests_folder.rglob("*.py"):
        for node in _parse(path).body:
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module)
    return sorted(name for name in found if name.split(".")[0] not in ("tests", "assignments"))


def _parse(path: Path) -> ast.Module:
    try:
        return ast.parse(path.read_bytes())
    except (SyntaxError, ValueError) as error:
        raise CourseError(f"{path}: {error}. Do: mend it, then: autograder verify") from error


def _whose_fault(error: Exception, suite: Path) -> str:
    """One line that names the suite's line at fault, if it is one, and the whole traceback."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(suite)]
    where = f"{ours[-1].filename}, line {ours[-1].lineno}" if ours else "the grader"
    remedy = "mend it, then: autograder verify" if ours else "report this"
    text = f"{where}: {type(error).__name__}: {error}".splitlines()[0]
    return f"{text}. Do: {remedy}\n{''.join(traceback.format_exception(error))}"
