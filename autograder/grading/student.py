"""The fixture `student`: the only way from a graded test to a student's code."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, Protocol

from torch import Tensor

from autograder.diagnosis.sketches import MOST_CALLS, CallTrace
from autograder.diagnosis.sketching import Call, traced
from autograder.sandbox.outcome import StudentFailure


class Caller(Protocol):
    """What runs probes: a sandbox, or the student's own process in `check`."""

    def call(self, probe: str, **arguments: Any) -> dict[str, Tensor]: ...


class Reply(Mapping[str, Tensor]):
    """What a probe gave back; a missing name is the student's failure, not the test's crash."""

    def __init__(self, probe: str, tensors: Mapping[str, Tensor]) -> None:
        self._probe = probe
        self._tensors = tensors

    def __getitem__(self, name: str) -> Tensor:
        if name not in self._tensors:
            raise StudentFailure("error", f"{self._probe} gave back no {name!r}")
        return self._tensors[name]

    def __contains__(self, name: object) -> bool:
        return name in self._tensors

    def __iter__(self) -> Iterator[str]:
        return iter(self._tensors)

    def __len__(self) -> int:
        return len(self._tensors)


Tracing = Literal["none", "lost", "all"]  # of which tests to keep what their calls gave
Watcher = Callable[[str, Mapping[str, Any], Mapping[str, Tensor] | StudentFailure], None]


class Student:
    """Calls probes. Once a call has hung or died, the rest of that test is not run.

    `watch` is told of every call (probe, arguments, outcome): `rerun` shows them.
    """

    def __init__(
        self, caller: Caller, watch: Watcher | None = None, tracing: Tracing = "none"
    ) -> None:
        self._caller = caller
        self._watch = watch
        self._tracing = tracing
        self._over: StudentFailure | None = None
        self._calls: list[Call] = []  # the first ones of the test that is running
        self._modes: list[bool] = []  # of all its calls: whether they asked for training

    def begin_test(self) -> None:
        self._over = None
        self._calls, self._modes = [], []

    @property
    def was_right_in_evaluation(self) -> bool:
        """Whether the test's last call was its first one with `training=True`."""
        return len(self._modes) > 1 and self._modes[-1] and not any(self._modes[:-1])

    def traced(self, *, is_passed: bool) -> tuple[CallTrace, ...] | None:
        """What the calls of the test that has just ended gave; None where that is not asked for."""
        asked = self._tracing == "all" or (self._tracing == "lost" and not is_passed)
        return traced(self._calls) if asked else None

    def call(self, probe: str, **arguments: Any) -> Reply:
        """Runs `probe(student_module, **arguments)` where the student's code lives.

        Arguments are JSON values and tensors in any nesting; the reply maps names to plain
        tensors. Raises StudentFailure where the student's code fails, hangs or breaks a limit.
        """
        if self._over:
            raise self._over
        try:
            tensors = self._caller.call(probe, **arguments)
        except StudentFailure as failure:
            self._over = failure if failure.kind != "error" else None
            self._tell(probe, arguments, failure)
            raise
        self._tell(probe, arguments, tensors)
        return Reply(probe, tensors)

    def _tell(
        self,
        probe: str,
        arguments: Mapping[str, Any],
        outcome: Mapping[str, Tensor] | StudentFailure,
    ) -> None:
        self._modes.append(arguments.get("training") is True)
        if len(self._calls) < MOST_CALLS:
            self._calls.append((probe, outcome))
        if self._watch:
            self._watch(probe, arguments, outcome)
