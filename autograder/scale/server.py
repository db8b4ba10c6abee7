"""The fork server's place in the file system: one that is swept up after a run killed on the spot.

Python keeps the server's socket in a folder that it deletes when the run ends in order, and that
nobody would ever delete otherwise.
"""

from __future__ import annotations

import functools
import signal
import tempfile
from collections.abc import Sequence
from multiprocessing import forkserver, get_context, resource_tracker
from multiprocessing.util import Finalize, get_temp_dir

from autograder.sandbox.private import PrivateFolder

_PREFIX = "autograder-workers-"
_AFTER_PYTHONS_OWN = -101  # which has -100


def start(modules: Sequence[str]) -> None:
    """Starts this process's fork server, if it does not run; it imports the modules meanwhile.

    Ctrl-C is kept from it and from its workers, which would tell of it in a traceback each.
    """
    get_context("forkserver").set_forkserver_preload(list(modules))
    _claim_place()
    resource_tracker.ensure_running()  # which unblocks what is blocked
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        forkserver.ensure_running()  # with the blocked signals of this process
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@functools.cache
def _claim_place() -> PrivateFolder:
    own = PrivateFolder(_PREFIX)  # until this process ends
    Finalize(None, own.delete, exitpriority=_AFTER_PYTHONS_OWN)
    own.make()
    usual, tempfile.tempdir = tempfile.tempdir, str(own.path)
    try:
        get_temp_dir()  # made now, and kept
    finally:
        tempfile.tempdir = usual
    return own
