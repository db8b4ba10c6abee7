"""How a call of student code can fail, as a value that names who failed: always the student."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["error", "timeout", "crashed", "limit"]


@dataclass(frozen=True)
class Frame:
    """One line of the student's own code that a failure passed through."""

    file: str  # relative to the submission's folder, never absolute
    line: int
    function: str


class StudentFailure(Exception):
    """The student's code failed: `error` raised, `timeout`, `crashed` or broke a `limit`.

    `message` is plain text without addresses or absolute paths; `frames` lead from the outermost
    to the innermost line of the student's files, and are empty where nothing was raised.
    """

    def __init__(self, kind: Kind, message: str, frames: tuple[Frame, ...] = ()) -> None:
        super().__init__(kind, message, frames)
        self.kind = kind
        self.message = message
        self.frames = frames
        self.at_import = False  # True where the module failed before it saw any input

    def __str__(self) -> str:
        return f"{self.kind}: {self.message}"


class Killed(StudentFailure):
    """Ended by SIGKILL: the code's own doing, or that of a machine out of memory."""
