"""A small sample of `make soak`: forty submissions, half of them hostile."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
STAYS = ("descriptors", "threads", "zombies", "entries")


def test_nothing_grows_with_the_submissions(tmp_path):
    private = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
    setup = 'mount -t tmpfs none /dev/shm && exec "$0" "$@"'
    soak = [sys.executable, "-m", "benchmarks.soak", "--submissions", "40"]
    result = subprocess.run(
        [*private, setup, *soak, "--plot", str(tmp_path / "soak.png")],
        cwd=ROOT, capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert "40 of 40 submissions" in result.stdout
    assert "no mark" not in result.stdout
    growth = dict(re.findall(r"^\| (\w+).* \| ([+-]\d+) \|$", result.stdout, re.MULTILINE))
    assert {name: growth[name] for name in STAYS if int(growth[name]) > 0} == {}
    assert (tmp_path / "soak.png").stat().st_size > 10_000
