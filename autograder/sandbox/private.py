"""A folder of a run's own, which goes with the run however that ends.

It is named before it is made, so that whoever cleans up knows it at any moment a signal may come.
Of a run that was killed on the spot, a later one sweeps it up.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path
from types import TracebackType

from autograder.sandbox import folder


class PrivateFolder:
    """In memory where there is room, and ours alone once it has been made."""

    def __init__(self, prefix: str) -> None:
        parent = folder.place() or Path(tempfile.gettempdir())
        folder.sweep(parent, prefix)
        self.path = parent / f"{prefix}{secrets.token_hex(4)}"  # as `sweep` looks for it
        self._claim: int | None = None

    def __enter__(self) -> Path:
        try:
            self.make()
        except BaseException:
            self.delete()
            raise
        return self.path

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.delete()

    def make(self) -> None:
        """Makes it. Raises GraderFault where the machine has no room."""
        try:
            self.path.mkdir(mode=0o700)
        except OSError as error:
            raise folder.cannot_be_made(self.path.parent, error) from error
        self._claim = folder.claim(self.path)

    def delete(self) -> None:
        """Deletes it and all in it, if it is there."""
        if self.path.exists():
            folder.delete(self.path)
        if self._claim is not None:
            os.close(self._claim)
            self._claim = None
