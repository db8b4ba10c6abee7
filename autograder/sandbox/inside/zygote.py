"""The zygote: a warm process that has imported torch and nothing secret, and forks children.

Theory of operation. Three kinds of process take part:

    grader   trusted. Holds the Zygote and Sandbox objects of warm.py and keeper.py.
    zygote   this file, started by exec, never forked from the grader, whose memory holds the
             answers. Runs no student code. One thread, always: a child forked from a process
             that has run one multi-threaded operation hangs at its own first one in OpenMP.
    child    forked by the zygote; one serves a submission until it hangs, dies or breaks a limit.
             Locks itself down (lockdown.py), then runs student code (runner.py).

and these descriptors:

    control  a SOCK_SEQPACKET pair, grader - zygote. JSON, one value a packet:
               {"ready": true} or {"fault": text}    the zygote's first packet
               {"fork": folder, "bounds": {...}, "data": [names]}   with the child's channel and
                    its data files by SCM_RIGHTS; the answer is {"pid": n} with a pidfd, or a fault
               {"branch": true}   with the end of a new control pair: a copy of the zygote is forked
                    that serves it, for a further grading process; the answer is {"pid": n}
               {"wait": pid}    for a child that has ended; the answer is {"status": waitpid's}
             When the grader's end closes, the zygote ends, and with it (PDEATHSIG) all children.
    channel  a SOCK_STREAM pair, grader - child. Frames of protocol.py. The child's only way out.
             The child says first, before any student code, that it is locked down.
    data     safetensors files, open for reading; mapped and closed before student code runs.
    pidfd    the grader's handle on a child: to kill it and to see its end, whoever gets its pid.
    0, 1, 2  /dev/null in zygote and child: what a student prints goes nowhere.

A child is killed by the grader through its pidfd; the zygote, its parent, only reaps it.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import socket
import sys
import tempfile
from collections.abc import Mapping
from importlib.machinery import BuiltinImporter, FrozenImporter
from pathlib import Path
from typing import TYPE_CHECKING, Any

# For the imports below where the package is not installed: this file is run by its path.
sys.path.append(str(Path(__file__).resolve().parents[3]))

import torch

torch.set_num_threads(1)  # before any operation: see above

from autograder.sandbox import protocol  # noqa: E402
from autograder.sandbox.inside import runner  # noqa: E402
from autograder.sandbox.inside.bounds import Bounds, bind_to_parent, bound  # noqa: E402
from autograder.sandbox.inside.mapped import map_tensors  # noqa: E402
from autograder.sandbox.inside.profiles import PROFILES  # noqa: E402
from autograder.sandbox.inside.readable import Fence, Readable, readable  # noqa: E402

if TYPE_CHECKING:
    from autograder.sandbox.inside.lockdown import Lockdown

MAX_PACKET = 1 << 16  # bytes of one request
MAX_FILES = 16  # descriptors that come with one request


def main(control: socket.socket, profile: str, isolation: str, children: Path) -> None:
    """Gets ready, says so, and serves the grader until it closes its end."""
    bind_to_parent()
    try:
        files, lockdown = _prepare(profile, isolation, children)
    except Exception as error:
        _say(control, {"fault": f"{type(error).__name__}: {error}"})
        return
    gc.collect()
    gc.freeze()  # a child's collections then leave the shared pages alone
    _say(control, {"ready": True})
    _serve(control, files, lockdown)


def _serve(control: socket.socket, files: Readable, lockdown: Lockdown | None) -> None:
    while True:
        packet, descriptors, _, _ = socket.recv_fds(control, MAX_PACKET, MAX_FILES)
        if not packet:
            return
        request = json.loads(packet)
        if "wait" in request:
            _say(control, {"status": os.waitpid(request["wait"], 0)[1]})
        elif "branch" in request:
            _branch(control, descriptors[0], files, lockdown)
        else:
            _fork(control, request, descriptors, files, lockdown)


def _branch(control: socket.socket, end: int, files: Readable, lockdown: Lockdown | None) -> None:
    """Forks a zygote with a control pair of its own; it ends with its grader, or with this one.

    Not reaped before this one ends: there are about as many as grading processes.
    """
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        control.close()
        bind_to_parent()
        try:
            if os.getppid() == parent:
                _serve(socket.socket(fileno=end), files, lockdown)
        finally:
            os._exit(0)
    os.close(end)
    _say(control, {"pid": pid})


def _prepare(profile: str, isolation: str, children: Path) -> tuple[Readable, Lockdown | None]:
    offer = PROFILES[profile]
    for name in offer.warm:
        importlib.import_module(name)
    torch.zeros(1).half()  # torch looks at the processor here, once; a child has no /proc to do so
    files = readable(offer.distributions)
    known = {
        os.path.realpath(path) for root in files.roots for path in (root, root / "lib-dynload")
    }
    sys.path[:] = [entry for entry in sys.path if os.path.realpath(entry) in known]
    if isolation == "none":
        return files, None
    from autograder.sandbox.inside.lockdown import Lockdown  # needs libseccomp to be installed

    return files, Lockdown(files, children)


def _fork(
    control: socket.socket,
    request: Mapping[str, Any],
    descriptors: list[int],
    files: Readable,
    lockdown: Lockdown | None,
) -> None:
    parent = os.getpid()
    try:
        pid = os.fork()
        if pid == 0:
            control.close()
            _be_child(parent, request, descriptors, files, lockdown)
        pidfd = os.pidfd_open(pid)
        socket.send_fds(control, [json.dumps({"pid": pid}).encode()], [pidfd])
        os.close(pidfd)
    except OSError as error:
        _say(control, {"fault": f"fork: {error.strerror}"})
    finally:
        for fd in descriptors:
            os.close(fd)


def _be_child(
    parent: int,
    request: Mapping[str, Any],
    descriptors: list[int],
    files: Readable,
    lockdown: Lockdown | None,
) -> None:
    channel, *data = descriptors
    try:
        bind_to_parent()
        if os.getppid() != parent:  # it died before it could take this child with it
            return
        folder = Path(request["fork"])
        try:
            mapped = {name: map_tensors(fd) for name, fd in zip(request["data"], data, strict=True)}
            for fd in data:
                os.close(fd)
            _settle(folder, files)
            bound(Bounds(**request["bounds"]))
            if lockdown:
                lockdown.enter(folder)
        except Exception as error:
            text = f"{type(error).__name__}: {error}"
            protocol.send(channel, {"fault": text}, protocol.until(None))
            return
        runner.serve(channel, folder, mapped)
    except protocol.ChannelClosed:
        pass  # the grader is done with this child
    finally:
        os._exit(0)


def _settle(folder: Path, files: Readable) -> None:
    """Makes `folder` this process's home, and the profile's packages all that there are."""
    os.chdir(folder)  # a child has nothing but this folder
    os.environ.update(HOME=str(folder), TMPDIR=str(folder))
    tempfile.tempdir = None
    sys.meta_path[:] = [BuiltinImporter, FrozenImporter, Fence(files.outside, folder)]


def _say(control: socket.socket, answer: Mapping[str, Any]) -> None:
    control.send(json.dumps(answer).encode())


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])), sys.argv[2], sys.argv[3], Path(sys.argv[4]))
