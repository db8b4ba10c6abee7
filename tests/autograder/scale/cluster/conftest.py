"""Real clusters: a scheduler and workers, each a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.scale.cluster import client

DASK = str(Path(sys.executable).with_name("dask"))
START_S = 60.0  # seconds for a process to be there, on a busy machine


class Cluster:
    """A scheduler on this machine, and workers of one thread each."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / "scheduler.json"
        self._processes: list[subprocess.Popen[bytes]] = []
        self.scheduler = self._start("scheduler", "--port", "0", "--scheduler-file", self._file)
        self.address = json.loads(_await(self._file))["address"]

    def add_worker(self, *options: str | Path) -> subprocess.Popen[bytes]:
        """A worker without a nanny: what is killed stays dead."""
        return self._start(
            "worker", self.address, "--nthreads", "1", "--no-nanny",
            "--death-timeout", "60", "--local-directory", self._folder, *options,
        )  # fmt: skip

    def close(self) -> None:
        for process in reversed(self._processes):
            process.kill()
            process.wait()

    def _start(self, what: str, *options: str | Path) -> subprocess.Popen[bytes]:
        log = (self._folder / f"{what}-{len(self._processes)}.log").open("wb")
        with log:
            process = subprocess.Popen(
                [DASK, what, "--no-dashboard", "--host", "127.0.0.1", *map(str, options)],
                stdout=log,
                stderr=log,
                cwd=self._folder,
            )
        self._processes.append(process)
        return process


def _await(path: Path) -> bytes:
    deadline = time.monotonic() + START_S
    while not path.exists() or not path.read_bytes():
        assert time.monotonic() < deadline, f"no {path.name}"
        time.sleep(0.05)
    return path.read_bytes()


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    monkeypatch.setattr(client, "WORKERS_S", START_S)
    folder = tmp_path / "cluster"
    folder.mkdir()
    found = Cluster(folder)
    try:
        yield found
    finally:
        found.close()
