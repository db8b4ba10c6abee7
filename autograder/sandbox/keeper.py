"""Runs probes on one submission in a sandbox, and says who is at fault when one fails. Trusted.

A hang, crash or broken limit ends only that call: the child is killed and replaced at the next
one. Everything a child does wrong is a StudentFailure, everything around it a GraderFault. A call
whose child was killed, as a machine out of memory does it, is made once more.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from torch import Tensor

from autograder.sandbox.box import Box
from autograder.sandbox.code import SubmissionCode
from autograder.sandbox.limits import Limits
from autograder.sandbox.outcome import Killed, StudentFailure
from autograder.sandbox.protocol import OutOfTime
from autograder.sandbox.warm import Zygote

__all__ = ["Sandbox", "Zygote"]


class Sandbox:
    """One submission. `data` names safetensors files for arguments `MappedTensors(name)`.

    The child is forked at the first call. Not for use by several threads.
    """

    def __init__(
        self,
        zygote: Zygote,
        submission: SubmissionCode,
        limits: Limits,
        data: Mapping[str, Path] | None = None,
    ) -> None:
        self._zygote = zygote
        self._submission = submission
        self._limits = limits
        self._data = dict(data or {})
        self._box: Box | None = None
        self._import_failure: StudentFailure | None = None
        self._has_called = False
        self._spent_s = 0.0  # wall clock, in calls

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
        """Kills the child and deletes its folder; a later call would start a new one."""
        if self._box:
            box, self._box = self._box, None
            box.close()

    def call(self, probe: str, **arguments: Any) -> dict[str, Tensor]:
        """The tensors that `probe(module, **arguments)` gives in the sandbox.

        Arguments are JSON values, tensors and MappedTensors in any nesting. Raises StudentFailure
        where the student's code fails, GraderFault where we do.
        """
        if self._import_failure:
            raise self._import_failure.with_traceback(None)
        begun = time.monotonic()
        end = begun + self._limits.submission_s - self._spent_s
        try:
            if begun >= end:
                raise self._out_of_time()
            request = {"probe": probe, "arguments": arguments}
            try:
                return self._attempt(request, end)
            except Killed:  # by whom, a second child tells: a machine does not do it again
                self._import_failure = None
                return self._attempt(request, end)
        finally:
            self._spent_s += time.monotonic() - begun

    def _attempt(self, request: Mapping[str, Any], end: float) -> dict[str, Tensor]:
        self._load(end)
        self._has_called = True
        return self._ask(request, end, self._limits.call_s, "the call")

    def _load(self, end: float) -> None:
        """Has a child with the student's module imported, or raises what came of that."""
        if self._box:
            return
        self._box = Box(self._zygote, self._submission, self._limits, self._data)
        request = {"module": self._submission.module}
        try:
            self._ask(request, end, self._limits.import_s, "the import")
        except StudentFailure as failure:
            self.close()
            failure.at_import = not self._has_called  # later ones may tell what calls were sent
            self._import_failure = failure
            raise

    def _ask(
        self, request: Mapping[str, Any], end: float, allowed_s: float, what: str
    ) -> dict[str, Tensor]:
        assert self._box
        deadline = min(end, time.monotonic() + allowed_s)
        try:
            return self._box.ask(request, deadline)
        except OutOfTime:
            self.close()
            raise self._out_of_time() if deadline == end else _too_slow(what, allowed_s) from None
        except StudentFailure as failure:
            if failure.kind != "error":
                self.close()
            raise
        except BaseException:
            self.close()  # stopped in the middle: what comes next would be another call's reply
            raise

    def _out_of_time(self) -> StudentFailure:
        limit = self._limits.submission_s
        return StudentFailure("timeout", f"the submission has used up its {limit:g} s")


def _too_slow(what: str, allowed_s: float) -> StudentFailure:
    return StudentFailure("timeout", f"{what} took longer than {allowed_s:g} s")
