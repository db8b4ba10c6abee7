"""The grader's side of a zygote: starts one, asks it for children, and ends it. Trusted.

See inside/zygote.py for the theory of operation.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from autograder.errors import CourseError, GraderFault
from autograder.sandbox.inside.profiles import PROFILES
from autograder.sandbox.private import PrivateFolder

Isolation = Literal["landlock", "none"]

START_S = 120.0  # seconds until a zygote is ready: torch from a cold network disk takes long
ANSWER_S = 30.0  # seconds for one answer of a ready zygote; a fork takes milliseconds
_MAX_PACKET = 1 << 16
_PREFIX = "autograder-sandbox-"
_PROGRAM = Path(__file__).parent / "inside" / "zygote.py"


class _Gone(Exception):
    """The zygote has ended or does not answer."""


class BranchLost(Exception):
    """A branch has ended: this grading process cannot go on, another one can."""


@dataclass(frozen=True)
class Branch:
    """A fork of a zygote, for another process: its control socket, and where children live."""

    control: socket.socket
    children: Path


@dataclass(frozen=True)
class Child:
    """A forked child: alive until `wait_child` has been called."""

    pid: int
    pidfd: int

    def kill(self) -> None:
        """Ends it now. Once it is dead this does nothing."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)

    def ended(self, timeout_s: float) -> bool:
        """Whether it has ended, waiting for that at most `timeout_s` seconds."""
        poll = select.poll()
        poll.register(self.pidfd, select.POLLIN)
        return bool(poll.poll(timeout_s * 1000))


class Zygote:
    """One warm process with a profile's packages imported, for hundreds of submissions.

    It starts getting ready at once, and `ready()` or the first fork waits for that. Use it from
    one thread: it dies with the thread that made it. Given a `branch` of another process's zygote,
    it uses that and starts none. Raises CourseError for an unknown profile, GraderFault where it
    cannot start.
    """

    def __init__(
        self, profile: str, isolation: Isolation = "landlock", branch: Branch | None = None
    ) -> None:
        if profile not in PROFILES:
            raise CourseError(
                f"profile {profile!r}: there is none of that name. "
                f"Do: write one of these in assignment.toml: {', '.join(PROFILES)}"
            )
        self.isolation: Isolation = isolation
        self._profile = profile
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._is_branch = branch is not None
        if branch:
            self._control = branch.control
            self._is_ready = True
            self.children = branch.children
            return
        self._folder = PrivateFolder(_PREFIX)
        self.children = self._folder.path  # holds all children's folders
        atexit.register(self.close)  # a run that ends in the middle leaves no folder behind
        self._folder.make()
        self._start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the zygote and all its children, and deletes their folders."""
        atexit.unregister(self.close)
        self._stop()
        if not self._is_branch:
            self._folder.delete()

    def ready(self) -> None:
        """Waits until children can be forked. Raises GraderFault saying why that cannot be."""
        if self._is_ready:
            return
        try:
            answer, _ = self._answer(START_S)
        except _Gone as error:
            raise _cannot_start(f"its process {error}") from error
        if "fault" in answer:
            raise _cannot_start(answer["fault"])
        self._is_ready = True

    def fork(
        self, home: Path, bounds: Mapping[str, int], channel: int, data: Mapping[str, int]
    ) -> Child:
        """A new child whose folder is `home`, with its channel and mapped files open.

        A zygote that has died is started again, once. Raises GraderFault where that fails too.
        """
        request = {"fork": str(home), "bounds": dict(bounds), "data": list(data)}
        answer, received = self._ask_again(request, [channel, *data.values()])
        if "fault" in answer:
            raise GraderFault(f"the sandbox cannot fork: {answer['fault']}. Do: autograder doctor")
        return Child(answer["pid"], received[0])

    def branch(self) -> Branch:
        """A fork of the zygote for another process, which shares its memory and start-up time."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._ask_again({"branch": True}, [theirs.fileno()])
        return Branch(ours, self.children)

    def wait_child(self, child: Child) -> int:
        """The wait status of a child that has ended; forgets the child."""
        os.close(child.pidfd)
        answer, _ = self._ask_or_fault({"wait": child.pid})
        status: int = answer["status"]
        return status

    def _ask_again(
        self, request: Mapping[str, Any], descriptors: Sequence[int]
    ) -> tuple[dict[str, Any], list[int]]:
        """Asks a ready zygote; one that has died is started again, once."""
        self.ready()
        try:
            return self._ask(request, descriptors)
        except _Gone as error:
            if self._is_branch:
                raise BranchLost from error
        self._stop()
        self._start()
        self.ready()
        return self._ask_or_fault(request, descriptors)

    def _start(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        arguments = [str(theirs.fileno()), self._profile, self.isolation, str(self.children)]
        with theirs:
            try:
                self._process = subprocess.Popen(
                    [sys.executable, "-P", "-s", "-B", str(_PROGRAM), *arguments],
                    env=_environment(self.children),
                    cwd=self.children,
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,  # Ctrl-C is for the grader, which then closes this
                )
            except OSError as error:
                ours.close()
                raise _cannot_start(f"{sys.executable}: {error.strerror}") from error
        self._control = ours
        self._is_ready = False

    def _stop(self) -> None:
        if self._control:
            self._control.close()
            self._control = None
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _ask_or_fault(
        self, request: Mapping[str, Any], descriptors: Sequence[int] = ()
    ) -> tuple[dict[str, Any], list[int]]:
        try:
            return self._ask(request, descriptors)
        except _Gone as error:
            if self._is_branch:
                raise BranchLost from error
            raise GraderFault(f"the sandbox's zygote {error}. Do: grade again") from error

    def _ask(
        self, request: Mapping[str, Any], descriptors: Sequence[int] = ()
    ) -> tuple[dict[str, Any], list[int]]:
        if self._control is None:
            raise _Gone("is closed")
        try:
            socket.send_fds(self._control, [json.dumps(request).encode()], descriptors)
        except (BrokenPipeError, ConnectionResetError) as error:
            raise _Gone("has died") from error
        return self._answer(ANSWER_S)

    def _answer(self, timeout_s: float) -> tuple[dict[str, Any], list[int]]:
        if self._control is None:
            raise _Gone("is closed")
        self._control.settimeout(timeout_s)
        try:
            packet, received, _, _ = socket.recv_fds(
                self._control, _MAX_PACKET, 1, socket.MSG_CMSG_CLOEXEC
            )
        except TimeoutError as error:
            raise _Gone(f"has not answered for {timeout_s:.0f} s") from error
        except ConnectionResetError:
            packet, received = b"", []
        if not packet:
            raise _Gone("has died")
        return json.loads(packet), received


def _cannot_start(reason: str) -> GraderFault:
    return GraderFault(
        f"the sandbox cannot start: {reason}. Do: autograder doctor, or for code you trust: "
        "--isolation none"
    )


def _environment(home: Path) -> dict[str, str]:
    """All that a zygote sees of the environment: nothing of the grader's own."""
    return {
        "PATH": os.defpath,
        "HOME": str(home),
        "TMPDIR": str(home),
        "LANG": "C.UTF-8",
        "PYTHONUTF8": "1",
        "PYTHONHASHSEED": "0",  # sets then iterate alike in every run
        "CUDA_VISIBLE_DEVICES": "",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",  # else each thread reserves 64 MiB of the address space
    }
