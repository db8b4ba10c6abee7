"""The files of a run: each whole, and a disk that is full told once."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from autograder.errors import GraderFault
from autograder.reports.whole import write_whole


class Written:
    """What a run writes in its folder; what cannot be written costs that file, not the run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lacking = 0  # files that could not be written
        self._told: set[str] = set()

    def write(self, name: str, data: bytes) -> bool:
        """Writes one file, unless it is there with these bytes, and says whether it is there now.

        Of those that fail for one reason, the first is told.
        """
        path = self.folder / name
        if _content(path) == data:
            return True
        try:
            write_whole(path, data)
        except GraderFault as fault:
            self.lacking += 1
            cause = fault.__cause__
            reason = os.strerror(cause.errno or 0) if isinstance(cause, OSError) else str(fault)
            if reason not in self._told:
                self._told.add(reason)
                print(f"autograder: {fault}", file=sys.stderr)
            return False
        return True


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
