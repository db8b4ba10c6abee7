"""The document's script for SLURM, as far as that can be tried without SLURM."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[4] / "docs/slurm_cluster.py"


def test_the_script_asks_slurm_for_a_worker_a_node_with_a_thread_a_core(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # where logs would lie
    spec = importlib.util.spec_from_file_location("slurm_cluster", SCRIPT)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    with script.slurm_cluster(cores=16, memory="16GB", walltime="02:00:00") as cluster:
        job, address = cluster.job_script(), cluster.scheduler_address
    assert "#SBATCH --cpus-per-task=16\n" in job
    assert "#SBATCH --mem=15G\n" in job
    assert "#SBATCH -t 02:00:00\n" in job
    assert sys.executable in job
    assert address in job
    assert "--nthreads 16" in job
    assert "--nworkers" not in job
