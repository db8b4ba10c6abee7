"""JSON from a student, strictly read: of one form, no name twice, in bounded work."""

from __future__ import annotations

import json
from typing import Any, TypeVar

import msgspec

from autograder.grading.compare import Wrong

T = TypeVar("T")
MAX_SHOWN = 60  # characters of a student's text in a verdict


def decode(data: bytes, form: type[T], file: str) -> T:
    """`data` as a `form` of msgspec's. Raises Wrong, naming `file`, for anything else."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        decoded = msgspec.json.decode(data, type=form)
        json.loads(data, object_pairs_hook=_once, parse_int=str, parse_float=str)
    except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors
        raise malformed(file, str(error)) from error
    return decoded


def malformed(file: str, reason: str) -> Wrong:
    told = shown(reason, 200)  # it may quote the student's text
    return Wrong(f"{file}: cannot be used: {told}", f"{file}：无法使用：{told}")


def shown(text: object, limit: int = MAX_SHOWN) -> str:
    """A student's value, fit for a verdict: short, on one line, printable."""
    full = str(text)
    short = full if len(full) <= limit else full[: limit - 1] + "…"
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in short)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = dict(pairs)
    if len(names) < len(pairs):
        told = [name for name, _ in pairs]
        raise ValueError(f"{next(name for name in told if told.count(name) > 1)!r} stands twice")
    return names
