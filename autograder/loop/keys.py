"""Single keys from the terminal, without Enter, on Windows too.

The terminal gives single keys only inside `single_keys`, while the loop waits. While a student's
code runs it is as the student's shell left it, so that `breakpoint()` and `input()` work there.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
from collections.abc import Iterator
from types import FrameType


def has_keys() -> bool:
    """Whether somebody sits at a terminal, for whom this process is in the foreground."""
    if not sys.stdin or not sys.stdin.isatty():
        return False
    return sys.platform == "win32" or os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()


@contextlib.contextmanager
def single_keys() -> Iterator[None]:
    """Has the terminal hand over each key at once and show none; no student's code runs in here."""
    if sys.platform == "win32" or not has_keys():
        yield
        return
    import termios
    import tty

    fd = sys.stdin.fileno()
    before = termios.tcgetattr(fd)

    def restore() -> None:
        termios.tcsetattr(fd, termios.TCSADRAIN, before)

    def leave(number: int, _frame: FrameType | None) -> None:
        restore()  # a shell that shows nothing that is typed would be the last thing they see
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    ended = signal.signal(signal.SIGTERM, leave)
    tty.setcbreak(fd, termios.TCSADRAIN)
    try:
        yield
    finally:
        restore()
        signal.signal(signal.SIGTERM, ended)


def pressed() -> str:
    """The last key pressed since it was asked for, in lower case; "" for none."""
    if not has_keys():
        return ""
    return (_on_windows() if sys.platform == "win32" else _on_posix()).lower()


def _on_posix() -> str:
    fd, typed = sys.stdin.fileno(), b""
    while select.select([fd], [], [], 0)[0] and (more := os.read(fd, 64)):
        typed += more
    return typed.decode("utf-8", "replace")[-1:]


def _on_windows() -> str:
    if sys.platform != "win32":  # for the type checker: msvcrt is nowhere else
        return ""
    import msvcrt

    key = ""
    while msvcrt.kbhit():
        key = msvcrt.getwch()
        if key in ("\x00", "\xe0"):  # an arrow, say: its name follows
            msvcrt.getwch()
            key = ""
    return key
