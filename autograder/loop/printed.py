"""Keeps what a student's code prints, to be shown again below a screen that was cleared since."""

from __future__ import annotations

import contextlib
import sys
from collections import deque
from collections.abc import Iterator
from typing import Any, TextIO

MOST_LINES = 10  # the last ones
MOST_CHARACTERS = 10_000  # of what is kept to find them in


class _Tee:
    """A stream that also keeps the end of what is written. A debugger writes through it as well."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._kept: deque[str] = deque(maxlen=MOST_CHARACTERS)

    def write(self, text: str) -> int:
        self._kept.extend(text)
        return self._stream.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    @property
    def lines(self) -> list[str]:
        return "".join(self._kept).splitlines()[-MOST_LINES:]


@contextlib.contextmanager
def kept(lines: list[str]) -> Iterator[None]:
    """Puts the last lines that are printed inside into `lines`, and lets all of them through."""
    stream = sys.stdout
    tee = _Tee(stream)
    sys.stdout = tee
    try:
        yield
    finally:
        sys.stdout = stream
        lines[:] = tee.lines
