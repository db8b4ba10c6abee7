"""A worker process: one warm Grader, which answers one submission after another over a pipe."""

from __future__ import annotations

import gc
import os
import signal
import sys
import traceback
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from autograder.course.gaps import GapInfo
from autograder.errors import CourseError, GraderFault
from autograder.intake.submission import Submission
from autograder.reports.schema import Report
from autograder.sandbox.warm import Branch, BranchLost
from autograder.scale.job import Job

if TYPE_CHECKING:
    from autograder.grading.grade import Grader

_LATER_S = 0.01


def work(job: Job, gaps: Mapping[str, Sequence[GapInfo]], branch: Branch, pipe: Connection) -> None:
    """Sends a report, or why there is none, for each submission until the pipe is closed.

    What ends the run, since no worker would do better, is sent as the error itself.
    """
    from autograder.grading.grade import Grader

    os.dup2(sys.stderr.fileno(), 1)  # what a test prints is no result of ours
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    end_on(signal.SIGTERM)  # how the parent ends a worker
    try:
        with Grader(job.assignment, gaps, job.options, branch) as grader:
            while True:
                pipe.send(_grade(grader, pipe.recv()))
    except (EOFError, KeyboardInterrupt, BranchLost):
        return  # without an answer, if one is owed: the parent tries again in a fresh worker
    except (CourseError, GraderFault) as error:
        pipe.send(error)


def end_on(number: signal.Signals) -> None:
    """Has a signal raise KeyboardInterrupt, so that whatever is open is closed."""
    signal.signal(number, _end)
    signal.signal(signal.SIGALRM, _end)


def _end(_number: int, frame: FrameType | None) -> None:
    """A callback of the garbage collector (hypothesis has one) would print the error and drop it,
    so that there it is raised a moment later."""
    codes = [getattr(one, "__code__", None) for one in gc.callbacks]
    while frame:
        if frame.f_code in codes:
            signal.setitimer(signal.ITIMER_REAL, _LATER_S)
            return
        frame = frame.f_back
    raise KeyboardInterrupt


def _grade(grader: Grader, submission: Submission) -> Report | str | CourseError:
    try:
        return grader.grade(submission)
    except BranchLost:
        raise
    except CourseError as error:
        return error
    except Exception as error:  # whatever it was, it is not the student's; the class goes on
        return _whose_fault(error, grader.tests_folder)


def _whose_fault(error: Exception, suite: Path) -> str:
    """One line that names the suite's line at fault, if it is one, and the whole traceback."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(suite)]
    where = f"{ours[-1].filename}, line {ours[-1].lineno}" if ours else "the grader"
    remedy = "mend it, then: autograder verify" if ours else "report this"
    text = f"{where}: {type(error).__name__}: {error}".splitlines()[0]
    return f"{text}. Do: {remedy}\n{''.join(traceback.format_exception(error))}"
