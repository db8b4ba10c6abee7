"""A few attacks to try on the machine at hand: what the sandbox holds there, and what it does not.

Each is tried without isolation first, as any program of the same user could do it; where it works
there and not in the sandbox, it is the sandbox that holds it. The grader judges by what it sees
itself: an attack's own word counts for nothing. All victims are made for the purpose.
"""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.sandbox.code import SubmissionCode
from autograder.sandbox.keeper import Sandbox
from autograder.sandbox.limits import Limits
from autograder.sandbox.outcome import StudentFailure
from autograder.sandbox.warm import Zygote

_PROBES = b"""
import torch


def attempt(student, *, target):
    return {"loot": torch.tensor(list(student.attempt(target) or b""), dtype=torch.uint8)}
"""
_NOTICE_S = 0.5  # seconds in which what an attack has done shows


@dataclass(frozen=True)
class Attempt:
    """What is tried, in both languages; the body of `attempt(target)`, which may return loot."""

    en: str
    zh: str
    body: str
    prey: Callable[[Path], _Prey]


@dataclass(frozen=True)
class Finding:
    """How an attempt ended."""

    attempt: Attempt
    works_outside: bool  # without isolation
    held: bool  # in the sandbox


@dataclass(frozen=True)
class _Prey:
    """A victim, and how its owner sees that it was caught."""

    target: str
    is_caught: Callable[[bytes], bool]
    release: Callable[[], object]


def try_attempts() -> Iterator[Finding]:
    """One after another; takes two zygotes. Raises GraderFault where a sandbox cannot start."""
    with Zygote("torch", "none") as bare, Zygote("torch") as guarded:
        for attempt in ATTEMPTS:
            yield Finding(attempt, _succeeds(attempt, bare), not _succeeds(attempt, guarded))


def _succeeds(attempt: Attempt, zygote: Zygote) -> bool:
    lines = "\n".join(f"    {line}" for line in attempt.body.strip().splitlines())
    source = f"import ctypes, os, signal, socket, subprocess\n\n\ndef attempt(target):\n{lines}\n"
    code = SubmissionCode(
        "attack", "student", {"student.py": source.encode()},
        {"assignments/attack/probes.py": _PROBES},
    )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="autograder-prey-") as folder:
        prey = attempt.prey(Path(folder))
        try:
            with Sandbox(zygote, code, Limits(call_s=3.0)) as sandbox:
                try:
                    loot = bytes(sandbox.call("attempt", target=prey.target)["loot"].tolist())
                except StudentFailure:
                    loot = b""
                return _within(_NOTICE_S, lambda: prey.is_caught(loot))
        finally:
            prey.release()


def _within(seconds: float, happens: Callable[[], bool]) -> bool:
    end = time.monotonic() + seconds
    while not happens():
        if time.monotonic() >= end:
            return False
        time.sleep(0.02)
    return True


# ------------------------------------------------------------------ victims


def _secret(folder: Path) -> _Prey:
    """A file, as a reference solution is one: caught where its content comes back."""
    path, content = folder / "secret.txt", secrets.token_bytes(16)
    path.write_bytes(content)
    return _Prey(str(path), lambda loot: loot == content, lambda: None)


def _report(folder: Path) -> _Prey:
    """A file that anybody may write to: caught where it is another one afterwards."""
    path = folder / "report.json"
    path.write_bytes(b'{"score": 0}')
    path.chmod(0o666)
    before = path.stat()

    def is_caught(_: bytes) -> bool:
        now = path.stat() if path.exists() else None
        return now is None or (now.st_mode, now.st_mtime_ns) != (before.st_mode, before.st_mtime_ns)

    return _Prey(str(path), is_caught, lambda: None)


def _folder(folder: Path) -> _Prey:
    """A folder whose files' names are not to be known."""
    name = secrets.token_hex(8)
    (folder / name).touch()
    return _Prey(str(folder), lambda loot: name.encode() in loot, lambda: None)


def _listener(family: int, address: Callable[[Path], object]) -> Callable[[Path], _Prey]:
    """A socket that hears whoever calls."""

    def make(folder: Path) -> _Prey:
        server = socket.socket(family)
        server.bind(address(folder))  # type: ignore[arg-type]
        server.listen()
        server.setblocking(False)

        def is_caught(_: bytes) -> bool:
            try:
                server.accept()[0].close()
            except BlockingIOError:
                return False
            return True

        name = server.getsockname()
        return _Prey(name if isinstance(name, str) else str(name[1]), is_caught, server.close)

    return make


def _process(_: Path) -> _Prey:
    """Another process of the same user: caught where it has been stopped or killed."""
    victim = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])

    def is_caught(_: bytes) -> bool:
        ended = os.waitid(os.P_PID, victim.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        return ended is not None

    def release() -> None:
        victim.kill()
        victim.wait()

    return _Prey(str(victim.pid), is_caught, release)


def _nothing(folder: Path) -> _Prey:
    """A file that isn't there: caught where it is afterwards."""
    path = folder / "made"
    return _Prey(str(path), lambda _: path.exists(), lambda: None)


def _loot(_: Path) -> _Prey:
    """Nothing to harm: caught where the attack brings back that it was let."""
    word = secrets.token_hex(8)
    return _Prey(word, lambda loot: loot == word.encode(), lambda: None)


ATTEMPTS = (
    Attempt(
        "read a file outside", "读取外面的文件", "return open(target, 'rb').read()", _secret
    ),
    Attempt(
        "read it by a bare system call", "用裸系统调用读取它",
        "libc = ctypes.CDLL(None)\n"
        "buffer = ctypes.create_string_buffer(16)\n"
        "libc.read(libc.open(target.encode(), 0), buffer, 16)\n"
        "return buffer.raw",
        _secret,
    ),
    Attempt(
        "list a folder outside", "列出外面的文件夹",
        "return ' '.join(os.listdir(target)).encode()", _folder,
    ),
    Attempt("overwrite a report", "改写报告", "open(target, 'w').write('100')", _report),
    Attempt("change its mode", "改它的权限", "os.chmod(target, 0o600)", _report),
    Attempt("delete it", "删除它", "os.unlink(target)", _report),
    Attempt("make a file outside", "在外面新建文件", "open(target, 'w').close()", _nothing),
    Attempt(
        "run another program", "运行别的程序",
        "subprocess.run(['/bin/sh', '-c', f'echo > {target}'])", _nothing,
    ),
    Attempt(
        "fork", "分叉进程",
        "child = os.fork()\nif not child:\n    os._exit(0)\n"
        "os.waitpid(child, 0)\nreturn target.encode()",
        _loot,
    ),
    Attempt(
        "kill another process", "杀死别的进程", "os.kill(int(target), signal.SIGKILL)", _process
    ),
    Attempt(
        "connect over TCP", "建立 TCP 连接",
        "socket.create_connection(('127.0.0.1', int(target)), 1)",
        _listener(socket.AF_INET, lambda _: ("127.0.0.1", 0)),
    ),
    Attempt(
        "connect to a socket file", "连接套接字文件",
        "socket.socket(socket.AF_UNIX).connect(target)",
        _listener(socket.AF_UNIX, lambda folder: str(folder / "socket")),
    ),
)  # fmt: skip
