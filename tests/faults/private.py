"""A run of the command line whose processes, temporary files and /dev/shm are its own.

It gets a mount namespace: every process in it belongs to the run, whoever started it and whatever
became of its parent, and its /dev/shm is a folder beside the course.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.autograder.conftest import TinyCourse

PATIENCE_S = 60.0
_OWN = os.readlink("/proc/self/ns/mnt")
_SETUP = 'mount --bind "$0" /dev/shm || exit 99; {before}; exec "$@"'


class Run:
    """`autograder ...` in the course's folder, started; `before` is shell, run in the namespace."""

    def __init__(
        self, course: TinyCourse, *arguments: str, before: str = ":", path: Sequence[Path] = ()
    ) -> None:
        self.course = course
        self.memory, self.temporary = course.root.parent / "shm", course.root.parent / "tmp"
        for folder in (self.memory, self.temporary):
            folder.mkdir(exist_ok=True)
        namespace = ["unshare", "--user", "--map-root-user", "--mount"]
        setup = ["sh", "-c", _SETUP.format(before=before), str(self.memory)]
        command = [sys.executable, "-m", "autograder", *arguments]
        self._process = subprocess.Popen(
            [*namespace, *setup, *command],
            cwd=course.root,
            env={**os.environ, "TMPDIR": str(self.temporary),
                 "PYTHONPATH": ":".join(map(str, path))},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )  # fmt: skip
        self.pid = self._process.pid
        self.output = self.errors = ""
        wait_until(lambda: _namespace(self.pid) != _OWN)
        self._namespace = _namespace(self.pid)

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def signal(self, number: int) -> None:
        """Sends a signal: Ctrl-C to all that a terminal sends it to, others to the run alone."""
        if number == signal.SIGINT:
            os.killpg(self.pid, number)
        else:
            os.kill(self.pid, number)

    def finish(self) -> int:
        """The exit code, once it has ended; its words are then in `output` and `errors`."""
        self.output, self.errors = self._process.communicate(timeout=2 * PATIENCE_S)
        return self._process.returncode

    def lines(self) -> list[str]:
        """What it said on stderr, without the blank lines of a progress bar that has gone."""
        return [line for line in self.errors.splitlines() if line.strip()]

    def processes(self, role: str) -> list[int]:
        """The pids of a role: run, zygote, child (of a zygote's branch) or worker."""
        if role == "run":
            return [self.pid] if self.is_alive else []
        return [pid for pid in self.everyone() if _role(pid, self.pid) == role]

    def everyone(self) -> list[int]:
        """All processes of the run that live."""
        pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
        return [pid for pid in pids if _namespace(pid) == self._namespace]

    def left(self) -> list[str]:
        """The names of what it left in its /dev/shm and among the temporary files."""
        return [one.name for place in (self.memory, self.temporary) for one in place.iterdir()]

    def destroy(self) -> None:
        """Ends every process of it: for the end of a test, however that came."""
        while pids := self.everyone():
            for pid in pids:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
            self._process.poll()
        self._process.communicate()


def wait_until(condition: Callable[[], object]) -> None:
    """Waits for something that surely comes; a limit keeps a mistake from hanging the suite."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)


def _namespace(pid: int) -> str:
    """Which mount namespace a process is in; empty once it is gone."""
    try:
        return os.readlink(f"/proc/{pid}/ns/mnt")
    except OSError:
        return ""


def _role(pid: int, run: int) -> str:
    command, parents = _command(pid), _parents(pid, run)
    if "zygote.py" in command:
        return {1: "zygote", 2: "branch", 3: "child"}.get(len(parents), "")
    if "multiprocessing.forkserver" in command:
        return {1: "server", 2: "worker"}.get(len(parents), "")
    return ""


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def _parents(pid: int, top: int) -> list[int]:
    """The processes above one, up to `top`."""
    found: list[int] = []
    while pid not in (0, top):
        try:
            stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
        except OSError:
            return []
        pid = int(stat.rpartition(")")[2].split()[1])
        found.append(pid)
    return found
