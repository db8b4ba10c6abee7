"""What a run's processes are, and how much memory is theirs, by /proc."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path


def tree(pid: int, depth: int = 0) -> Iterator[tuple[int, int]]:
    """A process and all below it, with how deep they are."""
    yield pid, depth
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from tree(int(child), depth + 1)
    except OSError:
        return  # ended meanwhile


def pss_mib(pid: int) -> float:
    """Its proportional set size: what it shares counts by its share. 0 once it has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)
