"""A progress bar for a download that something else does into a folder."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

POLL = 0.2  # seconds


@contextmanager
def growing(folder: Path, total: int, label: str) -> Iterator[None]:
    """Shows on stderr, where that is a terminal, how far `folder` has grown to `total` bytes."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(),
               TransferSpeedColumn(), TextColumn("·"), TimeRemainingColumn())  # fmt: skip
    stop = threading.Event()
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(label, total=total)

        def watch() -> None:
            while not stop.wait(POLL):
                progress.update(task, completed=min(total, folder_size(folder)))

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            yield
        finally:
            stop.set()
            watcher.join()


def folder_size(folder: Path) -> int:
    """Bytes in all files below `folder`, which others may change meanwhile."""
    return sum(_size(Path(parent, name)) for parent, _, names in os.walk(folder) for name in names)


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:  # gone since
        return 0
