"""One child of a zygote, seen from the grader: its folder, its channel, its bounds and its end."""

from __future__ import annotations

import contextlib
import dataclasses
import math
import os
import secrets
import signal
import socket
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from autograder.errors import GraderFault
from autograder.sandbox import folder, protocol, replies
from autograder.sandbox.code import SubmissionCode
from autograder.sandbox.inside.bounds import Bounds
from autograder.sandbox.limits import Limits
from autograder.sandbox.outcome import Killed, StudentFailure
from autograder.sandbox.warm import Zygote

SETTLE_S = 30.0  # seconds for a child to lock itself down and write files; it takes milliseconds
LAST_WORDS_S = 1.0  # seconds between the end of a channel and that of a process that is dying
_MIB = 1 << 20


class Box:
    """A child that runs one submission, from its fork to the deletion of its folder."""

    def __init__(
        self, zygote: Zygote, submission: SubmissionCode, limits: Limits, data: Mapping[str, Path]
    ) -> None:
        """Forks it and hands it the files. Raises GraderFault: no student code has run yet."""
        self._zygote = zygote
        self._limits = limits
        self._closed = False
        self._status = 0
        self._home = folder.make(zygote.children, "child-")
        self._channel, theirs = socket.socketpair()
        try:
            with theirs, _opened(data) as files:
                bounds = dataclasses.asdict(_bounds(limits))
                self._child = zygote.fork(self._home, bounds, theirs.fileno(), files)
        except BaseException:
            self._channel.close()
            folder.delete(self._home)
            raise
        self._channel.setblocking(False)
        try:
            self._settle(submission)
        except BaseException:
            self.close()
            raise

    def close(self) -> int:
        """Kills the child if it still runs, and leaves nothing of it; gives its wait status."""
        if self._closed:
            return self._status
        self._closed = True
        self._child.kill()
        try:
            if not self._child.ended(SETTLE_S):
                raise GraderFault(f"process {self._child.pid} cannot be killed. Do: restart")
            self._status = self._zygote.wait_child(self._child)
        finally:
            self._channel.close()
            folder.delete(self._home)
        return self._status

    def ask(self, request: Mapping[str, Any], deadline: float) -> dict[str, Tensor]:
        """The child's outputs for one message; `deadline` is one of time.monotonic().

        Raises StudentFailure, or OutOfTime at the deadline. After either, unless it is a failure
        of kind `error`, the child is good for nothing but `close`.
        """
        fd, identity = self._channel.fileno(), secrets.token_hex(8)
        frame = protocol.encode({**request, "id": identity})  # our own mistakes raise out here
        wait = protocol.until(deadline, self._watch)
        try:
            self._refuse_unasked()
            protocol.write(fd, frame, wait)
            reply = protocol.receive(fd, wait, self._limits.reply_mib * _MIB)
            outputs = replies.read(reply, identity)
        except protocol.TooLarge as error:
            text = f"the result is larger than {self._limits.reply_mib} MiB"
            raise StudentFailure("limit", text) from error
        except protocol.ChannelClosed:
            raise self._how_it_ended() from None
        except protocol.ProtocolError as error:
            raise StudentFailure("crashed", f"the reply is none: {error}") from error
        self._watch()
        return outputs

    def _settle(self, submission: SubmissionCode) -> None:
        """Sends the files; the child answers that it is locked down and has written them."""
        home = f"{submission.assignment}/"
        files = {home + name: content for name, content in submission.files.items()}
        start = {"assignment": submission.assignment, "files": {**submission.support, **files}}
        fd, wait = self._channel.fileno(), protocol.until(time.monotonic() + SETTLE_S)
        try:
            protocol.send(fd, start, wait)
            answer = protocol.receive(fd, wait, _MIB)
        except (protocol.ProtocolError, protocol.OutOfTime) as error:
            what = str(error) or f"nothing heard for {SETTLE_S:.0f} s"
            raise GraderFault(
                f"a sandbox cannot be set up: {what}. Do: autograder doctor"
            ) from error
        if "fault" in answer:
            raise GraderFault(
                f"a sandbox cannot be set up: {answer['fault']}. Do: autograder doctor"
            )

    def _refuse_unasked(self) -> None:
        """A child that has said anything since its last reply is making replies up."""
        try:
            said = self._channel.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return
        except ConnectionResetError:
            said = b""
        if said:
            raise StudentFailure("crashed", "the process wrote to the grader without being asked")

    def _watch(self) -> None:
        """Looks at what the kernel does not bound. Raises StudentFailure of kind `limit`."""
        limits = self._limits
        if _threads(self._child.pid) > limits.threads:
            raise StudentFailure("limit", f"more than {limits.threads} threads")
        usage = folder.measure(self._home, limits.folder_files)
        if usage.entries > limits.folder_files:
            raise StudentFailure("limit", f"more than {limits.folder_files} files written")
        if usage.size + folder.unlinked(self._child.pid) > limits.folder_mib * _MIB:
            raise StudentFailure("limit", f"more than {limits.folder_mib} MiB written")

    def _how_it_ended(self) -> StudentFailure:
        if not self._child.ended(LAST_WORDS_S):
            return StudentFailure("crashed", "the process closed its channel to the grader")
        status = self.close()
        if os.WIFEXITED(status):
            code = os.WEXITSTATUS(status)
            return StudentFailure("crashed", f"the process left with exit code {code} (os._exit?)")
        name = signal.Signals(os.WTERMSIG(status)).name
        match name:
            case "SIGXCPU":
                return StudentFailure("timeout", "all of its processor time is used up")
            case "SIGXFSZ":
                return StudentFailure("limit", f"a file larger than {self._limits.file_mib} MiB")
            case "SIGKILL":
                return Killed("crashed", "the process was stopped by SIGKILL")
        return StudentFailure("crashed", f"the process was stopped by {name}")


def _bounds(limits: Limits) -> Bounds:
    return Bounds(
        # Enough for all cores over the whole time; what it catches is a watch that fails.
        cpu_s=math.ceil((limits.import_s + limits.submission_s) * (os.cpu_count() or 1)),
        memory_bytes=limits.memory_mib * _MIB,
        file_bytes=limits.file_mib * _MIB,
        open_files=limits.open_files,
        stack_bytes=limits.stack_mib * _MIB,
    )


@contextlib.contextmanager
def _opened(data: Mapping[str, Path]) -> Iterator[dict[str, int]]:
    """The data files, open for reading. Raises GraderFault for one that cannot be read."""
    with contextlib.ExitStack() as stack:
        try:
            yield {
                name: stack.enter_context(path.open("rb")).fileno() for name, path in data.items()
            }
        except OSError as error:
            raise GraderFault(f"{error.filename}: {error.strerror}. Do: check that file") from error


def _threads(pid: int) -> int:
    """How many threads a process has; 0 once it is dead."""
    try:
        return os.stat(f"/proc/{pid}/task").st_nlink - 2  # a folder a thread, "." and ".."
    except OSError:
        return 0
