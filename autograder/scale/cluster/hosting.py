"""A Dask worker's side of its host: starts it, sends it submissions, starts it again."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import threading
from concurrent.futures import Future
from multiprocessing.connection import Connection
from typing import TypeAlias

from autograder.errors import CourseError, GraderFault
from autograder.intake.submission import Submission
from autograder.scale.cluster.messages import Ready, Setup
from autograder.scale.job import Failed, Result

TRIES = 2

Answer: TypeAlias = Result | CourseError | GraderFault


class Hosting:
    """Answers from any thread; one host at a time, started when it is first needed.

    An error is the answer to all that follows too: no submission would fare better.
    """

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._lock = threading.Lock()
        self._host: _Host | None = None
        self._fault: CourseError | GraderFault | None = None
        self._is_closed = False

    def start(self) -> None:
        """Lets the host import its libraries before there is work."""
        self._running()

    def grade(self, submission: Submission) -> Answer:
        was_ready = True
        for _ in range(TRIES):
            host = self._running()
            if self._fault or host is None:
                break
            answer = host.ask(submission)
            if isinstance(answer, CourseError | GraderFault):
                self._fault = answer
            elif answer is not None:
                return answer
            was_ready = host.was_ready
        if not was_ready:
            self._fault = GraderFault("the grading host cannot start. Do: autograder doctor there")
        return self._fault or Failed(
            submission, "the grading host died (out of memory?). Do: grade this submission again"
        )

    def close(self) -> None:
        with self._lock:
            self._is_closed = True
            if self._host:
                self._host.close()

    def _running(self) -> _Host | None:
        with self._lock:
            if self._is_closed:
                return None
            if self._host is None or self._host.has_ended:
                self._host = _Host(self._setup)
            return self._host


class _Host:
    """One host process, and a thread that reads what it sends."""

    def __init__(self, setup: Setup) -> None:
        self._sending = threading.Lock()
        self._owing = threading.Lock()
        self._owed: dict[str, Future[Answer | None]] = {}  # by student
        self._fault: CourseError | GraderFault | None = None
        self.was_ready = False
        self.has_ended = False
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = _start(theirs.fileno())
        self._pipe = Connection(ours.detach())
        threading.Thread(target=self._read, name="grading host", daemon=True).start()
        self._send(setup)

    def ask(self, submission: Submission) -> Answer | None:
        """Its answer, or None where it ends before."""
        with self._owing:
            if self.has_ended:
                return self._fault
            is_new = submission.student not in self._owed
            answer = self._owed.setdefault(submission.student, Future())
        if is_new:
            self._send(submission)
        return answer.result()

    def close(self) -> None:
        """Asks it to end, which it does once its grading processes have."""
        self._process.terminate()

    def _send(self, message: Setup | Submission) -> None:
        with self._sending, contextlib.suppress(OSError):  # it has ended: the reader says so
            self._pipe.send(message)

    def _read(self) -> None:
        with contextlib.suppress(EOFError, OSError):
            while True:
                self._take(self._pipe.recv())
        with self._owing:
            self.has_ended = True
            for answer in self._owed.values():
                answer.set_result(self._fault)
            self._owed.clear()
        with self._sending:
            self._pipe.close()
        self._process.wait()

    def _take(self, message: Ready | Answer) -> None:
        if isinstance(message, Ready):
            self.was_ready = True
        elif isinstance(message, CourseError | GraderFault):
            self._fault = message
        else:
            with self._owing:
                self._owed.pop(_student(message)).set_result(message)


def _student(result: Result) -> str:
    return result.submission.student if isinstance(result, Failed) else result.submission.id


def _start(channel: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "autograder.scale.cluster.host", str(channel)],
        pass_fds=[channel],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is not for it
    )
