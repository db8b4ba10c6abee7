"""Names that anybody may write, since Python and the libraries have them: they name no student.

Run as a script it prints them, a line each: so the grader's own process stays without torch.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator

from autograder.errors import GraderFault

MODULES = (
    *("builtins", "math", "cmath", "random", "copy", "re", "json", "typing", "dataclasses"),
    *("collections", "functools", "itertools", "operator", "warnings", "os", "sys", "time"),
    *("torch", "torch.nn", "torch.nn.functional", "torch.nn.init", "torch.nn.utils"),
    *("torch.nn.attention", "torch.linalg", "torch.special", "torch.utils.checkpoint"),
    *("torch.Tensor", "torch.nn.Module", "numpy", "numpy.ndarray", "einops"),
)
_UNTOLD = ("unbiased", "rearrange")  # in no docstring, or not installed here
_CALL = re.compile(r"\w\(([^()]*)\)")  # as a C function's docstring shows its signatures


@functools.cache
def library_names() -> frozenset[str]:
    """What these modules and Python's types have, their parameters, and standard modules' names."""
    command = [sys.executable, "-P", "-m", __name__]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise GraderFault("the names of Python and torch cannot be listed: "
                          f"{done.stderr.strip().rpartition(chr(10))[2]}. "
                          "Do: autograder doctor")  # fmt: skip
    return frozenset(done.stdout.split())


def _names() -> Iterator[str]:
    yield from (*sys.stdlib_module_names, *_UNTOLD)
    for path in MODULES:
        yield from path.split(".")
        if (found := _at(path)) is not None:
            yield from _of(found)
    for one in filter(inspect.isclass, vars(importlib.import_module("builtins")).values()):
        yield from dir(one)


def _at(path: str) -> object | None:
    """A module, or a class in one; None where it is not installed."""
    try:
        return importlib.import_module(path)
    except ImportError:
        module, _, name = path.rpartition(".")
        return getattr(_at(module), name, None) if module else None


def _of(found: object) -> Iterator[str]:
    for name in dir(found):
        yield name
        yield from _parameters(getattr(found, name, None))


def _parameters(found: object) -> Iterator[str]:
    if not callable(found):
        return
    try:
        yield from inspect.signature(found).parameters
    except (TypeError, ValueError):
        for told in _CALL.findall(str(getattr(found, "__doc__", ""))):
            yield from re.findall(r"\w+", told)


if __name__ == "__main__":
    print("\n".join(sorted({one for one in _names() if one.isidentifier()})))
