"""Loads a student's module and runs probes on it: in a sandbox's child, or in `check`'s process.

The child answers each message of the keeper with one of its own: `load` writes the files and
imports the module, each further message runs one probe. A failure goes back as plain text.
Nothing here guards anything: in a child, this code belongs to the student's.
"""

from __future__ import annotations

import errno
import functools
import importlib
import importlib.util
import random
import re
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from torch import Tensor

from autograder.sandbox import protocol

MAX_MESSAGE = 2000  # characters of a failure's message
MAX_FRAMES = 10  # innermost lines of the student's files that a failure names
SEED = 0  # of torch, numpy and random at each call: a call gives the same whatever ran before it

_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
_FOLDERS = re.compile(r"(?<![\w./:])/(?:[^\s'\"()/,:]+/)+")
_OUT_OF_MEMORY = re.compile(r"can't allocate memory|bad_alloc|not enough memory|start new thread")
_EXHAUSTED = (errno.EFBIG, errno.ENOSPC, errno.EMFILE, errno.ENOMEM, errno.EDQUOT)


def serve(channel: int, folder: Path, mapped: Mapping[str, Mapping[str, Tensor]]) -> None:
    """Answers the keeper's messages until it closes the channel (ChannelClosed).

    The first brings the files: that they are written is said before any student code runs, so
    that it can be believed. The second asks for the import, each further one for a probe.
    """
    ready = protocol.until(None)
    start = protocol.receive(channel, ready, sys.maxsize)
    protocol.send(channel, _write(start["files"], folder), ready)
    home = folder / start["assignment"]
    sys.path += [str(folder), str(home)]
    load = protocol.receive(channel, ready, sys.maxsize)
    loaded: list[tuple[ModuleType, ModuleType]] = []

    def import_once() -> dict[str, Tensor]:
        module = load_module(home / f"{load['module']}.py", load["module"])
        loaded.append((load_probes(start["assignment"]), module))
        return {}

    protocol.write(channel, _answer(load, home, import_once), ready)
    while loaded:
        call = protocol.receive(channel, ready, sys.maxsize)
        run = functools.partial(_call, *loaded[0], call, mapped)
        protocol.write(channel, _answer(call, home, run), ready)


def _write(files: Mapping[str, bytes], folder: Path) -> dict[str, Any]:
    try:
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    except OSError as error:
        return {"fault": f"writing the student's files: {error.strerror}"}
    return {"ready": True}


def _answer(request: Mapping[str, Any], home: Path, work: Callable[[], Any]) -> bytes:
    try:
        return protocol.encode({"id": request["id"], "outputs": work()})
    except BaseException as error:  # SystemExit and KeyboardInterrupt too are a student's doing
        return protocol.encode({"id": request["id"], "failure": describe(error, home)})


def _call(
    probes: ModuleType,
    module: ModuleType,
    call: Mapping[str, Any],
    mapped: Mapping[str, Mapping[str, Tensor]],
) -> dict[str, Tensor]:
    return call_probe(probes, call["probe"], module, resolve(call["arguments"], mapped))


def load_module(path: Path, name: str) -> ModuleType:
    """Imports the file at `path` as module `name`. Raises whatever its code raises."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    return module


def load_probes(assignment: str) -> ModuleType:
    """Imports an assignment's probes; the folder that holds `assignments/` is on sys.path."""
    return importlib.import_module(f"assignments.{assignment}.probes")


def call_probe(
    probes: ModuleType, probe: str, module: ModuleType, arguments: Mapping[str, Any]
) -> dict[str, Tensor]:
    """Runs one probe from a fixed seed. Raises what it raises, ProtocolError for odd results."""
    torch.default_generator.manual_seed(SEED)
    random.seed(SEED)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(SEED)
    return protocol.plain_outputs(getattr(probes, probe)(module, **arguments))


def resolve(value: Any, mapped: Mapping[str, Mapping[str, Tensor]]) -> Any:
    """`value` with each MappedTensors in it replaced by the tensors of that file."""
    match value:
        case protocol.MappedTensors():
            return dict(mapped[value.name])
        case dict():
            return {name: resolve(item, mapped) for name, item in value.items()}
        case list() | tuple():
            return type(value)(resolve(item, mapped) for item in value)
    return value


def describe(error: BaseException, home: Path) -> dict[str, Any]:
    """A failure as plain data: `kind`, `message`, and `frames` [file, line, function] in `home`."""
    text = _text(error)
    exhausted = isinstance(error, OSError) and error.errno in _EXHAUSTED
    memory = isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError) and _OUT_OF_MEMORY.search(text)
    )
    kind = "limit" if exhausted or memory else "error"
    message = f"out of memory or threads ({text})" if memory else text
    return {"kind": kind, "message": message[:MAX_MESSAGE], "frames": _frames(error, home)}


def _text(error: BaseException) -> str:
    """Type and message, without memory addresses and folders, which differ from run to run."""
    try:
        said = str(error)
    except BaseException:  # a student's own __str__
        said = "(its message cannot be read)"
    if isinstance(error, protocol.ProtocolError):
        return said  # our own words about the result
    name = type.__getattribute__(type(error), "__name__")
    said = _FOLDERS.sub("", _ADDRESS.sub("", said[: 2 * MAX_MESSAGE]))
    text = f"{name}: {said}" if said else name
    return text.encode("utf-8", "replace").decode("utf-8")


def _frames(error: BaseException, home: Path) -> list[Any]:
    """The innermost lines of the student's files, outermost first."""
    frames = []
    for frame, line in traceback.walk_tb(error.__traceback__):
        file = frame.f_code.co_filename
        if file.startswith(f"{home}/"):
            frames.append([file.removeprefix(f"{home}/"), line or 0, frame.f_code.co_name])
    if isinstance(error, SyntaxError) and str(error.filename).startswith(f"{home}/"):
        frames.append([str(error.filename).removeprefix(f"{home}/"), error.lineno or 0, "<module>"])
    return frames[-MAX_FRAMES:]
