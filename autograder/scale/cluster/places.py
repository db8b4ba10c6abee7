"""A private folder for as long as it is needed, even if nobody is left to delete it then."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from autograder.sandbox import folder


@contextlib.contextmanager
def private_folder(prefix: str) -> Iterator[Path]:
    """One of that prefix; first those are deleted that processes left which were killed."""
    place = folder.place()
    folder.sweep(place or Path(tempfile.gettempdir()), prefix)
    own = folder.make(place, prefix)
    claim = folder.claim(own)
    try:
        yield own
    finally:
        folder.delete(own)
        os.close(claim)
