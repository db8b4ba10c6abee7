"""What a child's message means: its outputs, or the failure it tells of. Believes nothing else."""

from __future__ import annotations

from typing import Any, Literal

from torch import Tensor

from autograder.sandbox.outcome import Frame, StudentFailure
from autograder.sandbox.protocol import ProtocolError

MAX_TEXT = 2000  # characters of a message
MAX_NAME = 200  # characters of a file's or function's name
MAX_FRAMES = 10
MAX_LINE = 1 << 31  # a number in a message may have 4,300 digits


def read(reply: Any, identity: str) -> dict[str, Tensor]:
    """The outputs in the reply to message `identity`.

    Raises StudentFailure where the reply tells of one, ProtocolError where it is no such reply.
    """
    match reply:
        case {"id": str(said), "outputs": dict(outputs)} if len(reply) == 2 and said == identity:
            return _outputs(outputs)
        case {"id": str(said), "failure": dict(failure)} if len(reply) == 2 and said == identity:
            raise _failure(failure)
    raise ProtocolError("a message that is no reply to the call")


def _outputs(outputs: dict[str, Any]) -> dict[str, Tensor]:
    for value in outputs.values():
        if type(value) is not Tensor:
            raise ProtocolError("an output that is no tensor")
    return outputs


def _failure(failure: dict[str, Any]) -> StudentFailure:
    match failure:
        case {"kind": "error" | "limit" as kind, "message": str(message), "frames": list(frames)}:
            named: Literal["error", "limit"] = kind
            lines = tuple(_frame(frame) for frame in frames[:MAX_FRAMES])
            return StudentFailure(named, printable(message, MAX_TEXT), lines)
    raise ProtocolError("a failure of no known form")


def _frame(frame: Any) -> Frame:
    match frame:
        case [str(file), int(line), str(function)]:
            line = max(0, min(int(line), MAX_LINE))
            return Frame(printable(file, MAX_NAME), line, printable(function, MAX_NAME))
    raise ProtocolError("a line of code of no known form")


def printable(text: str, limit: int) -> str:
    """`text` for a terminal or report: cut to `limit` characters, control characters replaced."""
    kept = (
        char if char.isprintable() or char in "\n\t" else "\N{REPLACEMENT CHARACTER}"
        for char in text[:limit]
    )
    return "".join(kept)
