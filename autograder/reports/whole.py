"""Writing a file whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from autograder.errors import GraderFault


def write_whole(path: Path, data: bytes) -> None:
    """Writes a file so that readers see the old one or the new one, never a part.

    Raises GraderFault, with the old file untouched, where the disk is full or not writable.
    """
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".writing-", delete=False) as file:
            temporary = file.name
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise GraderFault(
            f"{path}: cannot be written ({error.strerror}). Do: make room there, or choose "
            "another folder with --output, and run again"
        ) from error
