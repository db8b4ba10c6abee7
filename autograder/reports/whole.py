"""Writing a file whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from autograder.errors import GraderFault

_PREFIX = ".writing-"


def write_whole(path: Path, data: bytes, *, is_lasting: bool = True) -> None:
    """Writes a file so that readers see the old one or the new one, never a part.

    One that is not lasting may be lost, or be broken, when the machine itself stops. Raises
    GraderFault, with the old file untouched, where the disk is full or not writable.
    """
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=_PREFIX, delete=False) as file:
            temporary = file.name
            file.write(data)
            if is_lasting:
                file.flush()
                os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException as error:  # Ctrl-C too
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise cannot_be_written(path, error) from error
        raise


def cannot_be_written(path: Path, error: OSError) -> GraderFault:
    """What to say where the disk is full, or takes no file for another reason."""
    return GraderFault(
        f"{path}: cannot be written ({error.strerror}). Do: make room there, or choose "
        "another folder with --output, and run again"
    )


def sweep(folder: Path) -> None:
    """Deletes what a run left half-written in a folder when it was killed on the spot.

    Only for a folder in which nobody writes: see lock.py.
    """
    for path in folder.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):  # not ours to delete
            path.unlink()
