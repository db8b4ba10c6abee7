"""Counts the bytes that a Dask process sends: `dask worker --preload benchmarks/traffic.py`.

The sum so far lies in the process's current folder, in `<pid>.sent`; in another process, call
`count` and read `Sent.total`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from distributed.comm.tcp import TCP
from tornado.ioloop import PeriodicCallback

EVERY_S = 0.5


class Sent:
    """Bytes that this process has sent to other Dask processes."""

    total = 0


def count() -> None:
    """From now on, each message that this process sends is counted."""
    write = TCP.write

    async def counted(comm: Any, *arguments: Any, **keywords: Any) -> Any:
        sent = await write(comm, *arguments, **keywords)
        Sent.total += sent
        return sent

    TCP.write = counted


def dask_setup(_server: object) -> None:
    """Called by Dask in the process that preloads this."""
    count()
    path = Path(f"{os.getpid()}.sent").absolute()
    PeriodicCallback(lambda: path.write_text(str(Sent.total)), EVERY_S * 1000).start()
