"""What runs in a Dask worker: it checks that it would grade alike, and passes work to its host."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Mapping

from distributed import Worker, WorkerPlugin, get_worker

from autograder.errors import CourseError, GraderFault
from autograder.scale.cluster.data import check_data
from autograder.scale.cluster.hosting import Answer, Hosting
from autograder.scale.cluster.identity import differences, identity
from autograder.scale.cluster.messages import Refusal, Setup, Unprepared
from autograder.scale.cluster.parcel import unpack


class Grading(WorkerPlugin):  # type: ignore[misc]  # Dask is untyped to us
    """A run's host, for as long as the run or this worker lasts."""

    def __init__(self, hosting: Hosting) -> None:
        self.hosting = hosting

    async def setup(self, worker: Worker) -> None:
        await asyncio.to_thread(self.hosting.start)

    def teardown(self, worker: Worker) -> None:
        self.hosting.close()


async def prepare(
    run: str, profile: str, expected: Mapping[str, str], parcel: bytes, *, dask_worker: Worker
) -> bytes:
    """Gets ready for a run, or says why not: a pickled Refusal or None."""
    refusal = await asyncio.to_thread(_refusal, profile, expected, parcel)
    if refusal is None and run not in dask_worker.plugins:
        setup = Setup(parcel, dask_worker.state.nthreads)
        await dask_worker.plugin_add(Grading(Hosting(setup)), name=run)
    return pickle.dumps(refusal)


async def release(run: str, *, dask_worker: Worker) -> None:
    """Forgets a run; what its host is grading, it grades no longer."""
    if run in dask_worker.plugins:
        await dask_worker.plugin_remove(name=run)


def grade(run: str, submission: bytes) -> bytes:
    """The pickled answer to a pickled submission: bytes, for the scheduler to pass on unread."""
    plugin = get_worker().plugins.get(run)
    if not isinstance(plugin, Grading):
        return pickle.dumps(Unprepared())
    return pickle.dumps(_sayable(plugin.hosting.grade(pickle.loads(submission))))  # noqa: S301


def _sayable(answer: Answer) -> Answer | Refusal:
    """A fault is this worker's: another one may do better."""
    return Refusal.of(answer) if isinstance(answer, GraderFault) else answer


def _refusal(profile: str, expected: Mapping[str, str], packed: bytes) -> Refusal | None:
    try:
        different = differences(identity(profile), expected)
        if different:
            return Refusal(different, "install the same there")
        check_data(unpack(packed).data)
    except CourseError as error:
        return Refusal.of(error)
    return None
