"""Calls probes on a student's module in this very process, so that print and a debugger work.

For a student's own `check`, where the only code that is run is their own. Arguments and results
pass through the same encoding as in the sandbox, so that both give the same verdicts.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

from torch import Tensor

from autograder.sandbox import protocol
from autograder.sandbox.inside import mapped, runner
from autograder.sandbox.outcome import Frame, StudentFailure


class InProcess:
    """The student's module, loaded from `home` on disk at the first call, or one that is there.

    `home` is the student's own folder (`<student>/<assignment>/`). The folder that holds
    `assignments/` must be on sys.path. `data` are safetensors files for MappedTensors arguments.
    A call that takes longer than `call_s` seconds is ended, unless a debugger is on.
    """

    def __init__(
        self,
        home: Path,
        assignment: str,
        module: str | ModuleType,
        data: Mapping[str, Path] | None = None,
        call_s: float | None = None,
    ) -> None:
        self._home = home.resolve()
        self._assignment = assignment
        self._module = module
        self._data = dict(data or {})
        self._call_s = call_s
        self._loaded: tuple[ModuleType, ModuleType] | StudentFailure | None = None

    def call(self, probe: str, **arguments: Any) -> dict[str, Tensor]:
        """Runs `probe(module, **arguments)`; raises StudentFailure where the module fails."""
        if self._loaded is None:
            self._loaded = self._load()
        if isinstance(self._loaded, StudentFailure):
            raise self._loaded
        probes, module = self._loaded
        copies = _through(arguments)
        tensors = {name: _map(path) for name, path in self._data.items()}
        try:
            arguments = runner.resolve(copies, tensors)
            with _limited(self._call_s):
                outputs = runner.call_probe(probes, probe, module, arguments)
            plain: dict[str, Tensor] = _through(outputs)
        except BaseException as error:
            raise self._failure(error) from error
        return plain

    def _load(self) -> tuple[ModuleType, ModuleType] | StudentFailure:
        if isinstance(self._module, ModuleType):
            return runner.load_probes(self._assignment), self._module
        self._forget()
        if str(self._home) not in sys.path:
            sys.path.append(str(self._home))
        try:
            module = runner.load_module(self._home / f"{self._module}.py", self._module)
        except BaseException as error:
            return self._failure(error)
        return runner.load_probes(self._assignment), module

    def _forget(self) -> None:
        """Drops the student's modules of an earlier run: their files may have changed since."""
        inside = f"{self._home}{os.sep}"
        for name, module in list(sys.modules.items()):
            if (getattr(module, "__file__", None) or "").startswith(inside):
                del sys.modules[name]

    def _failure(self, error: BaseException) -> StudentFailure:
        """The student's failure that `error` is; the person's own Ctrl-C goes on as it is."""
        if isinstance(error, KeyboardInterrupt):
            raise error
        failure = runner.describe(error, self._home)
        frames = tuple(Frame(*frame) for frame in failure["frames"])
        outcome = StudentFailure(failure["kind"], failure["message"], frames)
        if isinstance(error, _Late):
            text = f"the call took longer than {self._call_s:g} s"
            outcome = StudentFailure("timeout", text, frames)
        outcome.__cause__ = error
        return outcome


class _Late(BaseException):
    """A call's time is over."""


@contextlib.contextmanager
def _limited(seconds: float | None) -> Iterator[None]:
    """Raises _Late in the code that runs after `seconds`, and each second more that it goes on.

    Where a system has no alarms (Windows) nothing is ended: a person who waits has Ctrl-C.
    """
    if seconds is None or not hasattr(signal, "SIGALRM"):
        yield
        return

    def late(_signal: int, _frame: FrameType | None) -> None:
        if sys.gettrace() is None:  # else somebody is looking around in a debugger
            raise _Late

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _map(path: Path) -> dict[str, Tensor]:
    fd = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
    try:
        return mapped.map_tensors(fd)
    finally:
        os.close(fd)


def _through(value: Any) -> Any:
    return protocol.decode(protocol.encode(value), sys.maxsize)
