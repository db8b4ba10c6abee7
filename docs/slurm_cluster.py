"""Dask workers as SLURM jobs, one a node: prints the scheduler's address, and ends with Ctrl-C.

    .venv/bin/python docs/slurm_cluster.py --nodes 50 --cores 16
    .venv/bin/autograder grade submissions --dask tcp://10.0.0.1:40213     # in another terminal

The scheduler runs here, in this process, so run this where the nodes can reach it: on a login
node, say. Ctrl-C cancels the jobs.
"""

from __future__ import annotations

import argparse
import signal

from dask_jobqueue import SLURMCluster

CALM = (
    "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED=False",
    "DASK_DISTRIBUTED__ADMIN__TICK__INTERVAL=1s",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=2)
    parser.add_argument("--cores", type=int, default=16, help="of a node that grade")
    parser.add_argument("--memory", default="16GB", help="of a node")
    parser.add_argument("--walltime", default="02:00:00", help="of a job")
    parser.add_argument("--interface", help="the network that the nodes share: ib0, say")
    options = parser.parse_args()
    with slurm_cluster(
        options.cores, options.memory, options.walltime, options.interface
    ) as cluster:
        cluster.scale(jobs=options.nodes)
        print(cluster.scheduler_address, flush=True)
        signal.sigwait([signal.SIGINT, signal.SIGTERM])


def slurm_cluster(
    cores: int, memory: str, walltime: str, interface: str | None = None
) -> SLURMCluster:
    """One Dask worker a node, with a thread a core: they share what grading has to import."""
    return SLURMCluster(
        cores=cores,
        processes=1,
        memory=memory,
        walltime=walltime,
        interface=interface,
        log_directory="slurm-logs",
        worker_extra_args=["--no-dashboard"],
        job_script_prologue=[f"export {setting}" for setting in CALM],
        scheduler_options={"dashboard": False},
    )


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT, signal.SIGTERM])
    main()
