"""Frames between grader and sandbox: a JSON header and raw tensor bytes. Never pickle.

A frame is a fixed prefix (magic, header length, body length), a JSON header padded with spaces to
a multiple of 8, and a body. The header is the message as a tree. Scalars and lists stand for
themselves; anything else is an object with one key:

    {"d": {...}}  a dict          {"t": [...]}  a tuple       {"f": "nan"}  a float JSON lacks
    {"x": [dtype, shape]}  a tensor      {"b": length}  bytes      {"m": name}  a mapped file

The bytes of tensors follow each other in the body in the tree's order, each starting at the next
multiple of 8. Offsets follow from dtypes and shapes, so none is sent: no two parts can overlap,
none can lie outside the body, and the body's length must come out exactly.

Both worlds import this file. It trusts nothing it reads: whatever bytes come in, `decode` gives
plain data or raises ProtocolError. It does not guard against a peer that says something untrue.
"""

from __future__ import annotations

import json
import math
import os
import select
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

MAGIC = b"AGF1"
MIB = 1 << 20
MAX_HEADER = 1 * MIB  # bytes; 20,000 tensor entries fit
MAX_DEPTH = 16  # of nested containers; a state dict in arguments needs three
MAX_RANK = 16
MAX_EXTENT = 1 << 40  # of one dimension, also where another one is 0
SLICE_S = 0.05  # seconds between two looks at a child that is being waited for

_PREFIX = struct.Struct("<4sIQ")
DTYPES = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "I64": torch.int64,
    "I32": torch.int32,
    "I16": torch.int16,
    "I8": torch.int8,
    "U8": torch.uint8,
    "BOOL": torch.bool,
}
_NAMES = {dtype: name for name, dtype in DTYPES.items()}
_FLOATS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


class ProtocolError(Exception):
    """The bytes that came in are no message, or the value to send has no form here."""


class ChannelClosed(ProtocolError):
    """The other side is gone."""


class TooLarge(ProtocolError):
    """The frame says it is larger than the reader accepts."""


class OutOfTime(Exception):
    """The deadline passed before the whole frame did."""


@dataclass(frozen=True)
class MappedTensors:
    """An argument that becomes, in the child, the dict of tensors of the mapped file `name`."""

    name: str


Wait = Callable[[int, int], None]


def until(deadline: float | None, watch: Callable[[], None] | None = None) -> Wait:
    """How to wait for a descriptor: up to `deadline` (time.monotonic), with `watch` each slice.

    The one deadline holds for a whole frame however its bytes trickle. Without one, wait for ever.
    """

    def wait(fd: int, events: int) -> None:
        poll = select.poll()
        poll.register(fd, events)
        while True:
            left = math.inf if deadline is None else deadline - time.monotonic()
            if left <= 0:
                raise OutOfTime
            pause = min(left, SLICE_S) if watch else left
            if poll.poll(None if pause == math.inf else math.ceil(pause * 1000)):
                return
            if watch:
                watch()

    return wait


def send(fd: int, message: Any, wait: Wait) -> None:
    """Writes one frame to a stream socket. Raises ChannelClosed, or what `wait` raises."""
    write(fd, encode(message), wait)


def write(fd: int, frame: bytes, wait: Wait) -> None:
    """Writes an encoded frame; see `send`."""
    rest = memoryview(frame)
    while rest:
        wait(fd, select.POLLOUT)
        try:
            rest = rest[os.write(fd, rest) :]
        except BlockingIOError:
            continue
        except (BrokenPipeError, ConnectionResetError) as error:
            raise ChannelClosed("the channel is closed") from error


def receive(fd: int, wait: Wait, limit: int) -> Any:
    """Reads one frame of at most `limit` bytes. Raises ProtocolError, or what `wait` raises."""
    prefix = _read(fd, _PREFIX.size, wait)
    header, body = _lengths(prefix, limit)
    return _decode(_read(fd, header + body, wait), header)


def _read(fd: int, size: int, wait: Wait) -> bytearray:
    data = bytearray(size)
    rest = memoryview(data)
    while rest:
        wait(fd, select.POLLIN)
        try:
            count = os.readv(fd, [rest])
        except BlockingIOError:
            continue
        except ConnectionResetError:
            count = 0
        if count == 0:
            raise ChannelClosed("the channel is closed")
        rest = rest[count:]
    return data


def encode(message: Any) -> bytes:
    """The frame of a message. Raises ProtocolError where a value has no form in it."""
    chunks: list[bytes] = []
    tree = _encode_tree(message, chunks, MAX_DEPTH)
    header = json.dumps(tree, allow_nan=False, separators=(",", ":")).encode("ascii")
    header += b" " * (-len(header) % 8)
    if len(header) > MAX_HEADER:
        raise ProtocolError("the message has too many values")
    body = sum(map(len, chunks))
    return b"".join([_PREFIX.pack(MAGIC, len(header), body), header, *chunks])


def decode(frame: bytes | bytearray, limit: int) -> Any:
    """The message of a whole frame. Raises ProtocolError for any other bytes."""
    header, body = _lengths(frame[: _PREFIX.size], limit)
    if len(frame) != _PREFIX.size + header + body:
        raise ProtocolError("a frame of another length than its prefix says")
    return _decode(bytearray(memoryview(frame)[_PREFIX.size :]), header)


def plain_outputs(outputs: object) -> dict[str, Tensor]:
    """What a probe gave back, as plain tensors (detached, contiguous, on the CPU).

    Raises ProtocolError naming the output that is no plain dense real tensor; a subclass of
    Tensor is refused unasked, so none of its methods runs.
    """
    if type(outputs) is not dict:
        raise ProtocolError(f"the result is a {type(outputs).__name__}, not a dict of tensors")
    return {_name(name): plain_tensor(value, f"output {name!r}") for name, value in outputs.items()}


def _name(name: object) -> str:
    if type(name) is not str:
        raise ProtocolError(f"an output is named by a {type(name).__name__}, not by a string")
    return name


def plain_tensor(value: object, what: str) -> Tensor:
    """`value` as a plain tensor, or ProtocolError that says what `what` is instead."""
    kind = type(value)
    if kind is not Tensor and kind is not torch.nn.Parameter:
        subclass = " (a subclass)" if isinstance(value, Tensor) else ""
        raise ProtocolError(f"{what} is a {kind.__name__}{subclass}, not a plain torch.Tensor")
    tensor: Tensor = value  # narrowed by type() above
    if tensor.layout is not torch.strided:
        raise ProtocolError(f"{what} is sparse ({tensor.layout}), not a dense tensor")
    if tensor.dtype not in _NAMES:
        raise ProtocolError(f"{what} has dtype {tensor.dtype}, which is not accepted here")
    if tensor.device.type != "cpu":
        raise ProtocolError(f"{what} is on device {tensor.device.type!r}, not on the CPU")
    return tensor.detach().resolve_neg().contiguous()


def _encode_tree(value: Any, chunks: list[bytes], depth: int) -> Any:  # noqa: PLR0911 - one case a kind
    if depth < 0:
        raise ProtocolError("the message is nested too deeply")
    kind = type(value)
    if value is None or kind in (bool, int, str):
        return value
    if kind is float:
        return value if math.isfinite(value) else {"f": str(value)}
    if kind is list:
        return [_encode_tree(item, chunks, depth - 1) for item in value]
    if kind is tuple:
        return {"t": [_encode_tree(item, chunks, depth - 1) for item in value]}
    if kind is dict:
        if any(type(key) is not str for key in value):
            raise ProtocolError("a dict in a message has a key that is not a string")
        return {"d": {key: _encode_tree(item, chunks, depth - 1) for key, item in value.items()}}
    if kind is MappedTensors:
        return {"m": value.name}
    if kind is bytes:
        _append(chunks, value)
        return {"b": len(value)}
    tensor = plain_tensor(value, "a value in a message")
    _append(chunks, _raw(tensor))
    return {"x": [_NAMES[tensor.dtype], list(tensor.shape)]}


def _raw(tensor: Tensor) -> bytes:
    bits = tensor.view(torch.int16) if tensor.dtype is torch.bfloat16 else tensor  # numpy has none
    data: bytes = bits.numpy().tobytes()
    return data


def _append(chunks: list[bytes], data: bytes) -> None:
    chunks += (data, b"\0" * (-len(data) % 8))


def _lengths(prefix: bytes | bytearray, limit: int) -> tuple[int, int]:
    if len(prefix) != _PREFIX.size:
        raise ProtocolError("a frame shorter than its prefix")
    magic, header, body = _PREFIX.unpack(prefix)
    if magic != MAGIC or header % 8:
        raise ProtocolError("these bytes are no frame")
    if header > MAX_HEADER or header + body > limit:
        raise TooLarge(f"a message of {header + body} bytes; the limit is {limit}")
    return header, body


def _decode(data: bytearray, header: int) -> Any:
    try:
        tree = json.loads(bytes(data[:header]).decode("ascii"), parse_constant=_no_constant)
        body = _Body(data, header)
        message = _decode_tree(tree, body, MAX_DEPTH)
    except (ValueError, TypeError, RecursionError, OverflowError) as error:
        raise ProtocolError(f"the header is not what it should be: {error}") from error
    if body.at != len(data):
        raise ProtocolError("the body is longer than its header says")
    return message


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} in JSON")


def _decode_tree(node: Any, body: _Body, depth: int) -> Any:  # noqa: C901, PLR0911 - one case a kind
    if depth < 0:
        raise ValueError("nested too deeply")
    if isinstance(node, list):
        return [_decode_tree(item, body, depth - 1) for item in node]
    if isinstance(node, str):
        return _text(node)
    if not isinstance(node, dict):
        return node
    ((tag, value),) = node.items()
    match tag, value:
        case "d", dict():
            return {_text(key): _decode_tree(item, body, depth - 1) for key, item in value.items()}
        case "t", list():
            return tuple(_decode_tree(item, body, depth - 1) for item in value)
        case "f", str() if value in _FLOATS:
            return _FLOATS[value]
        case "m", str():
            return MappedTensors(_text(value))
        case "b", int() if type(value) is int and value >= 0:
            return body.bytes(value)
        case "x", [str(name), list(shape)] if name in DTYPES:
            return body.tensor(DTYPES[name], shape)
    raise ValueError("a node of no known form")


def _text(value: str) -> str:
    value.encode("utf-8")  # refuses lone surrogates, which no report could hold
    return value


class _Body:
    """The raw bytes of a frame, cut off part by part from `at` on; no part is given out twice."""

    def __init__(self, data: bytearray, at: int) -> None:
        self._data = data
        self.at = at

    def bytes(self, size: int) -> bytes:
        start = self._take(size)
        return bytes(self._data[start : start + size])

    def tensor(self, dtype: torch.dtype, shape: list[Any]) -> Tensor:
        count = _count(shape)
        if count == 0:
            return torch.empty(shape, dtype=dtype)
        start = self._take(count * dtype.itemsize)
        flat = torch.frombuffer(self._data, dtype=dtype, count=count, offset=start)
        if dtype is torch.bool and bool((flat.view(torch.uint8) > 1).any()):
            raise ValueError("a boolean that is neither 0 nor 1")
        return flat.reshape(shape)

    def _take(self, size: int) -> int:
        start = self.at
        self.at += size + -size % 8
        if self.at > len(self._data):
            raise ValueError("a part lies outside the body")
        return start


def _count(shape: list[Any]) -> int:
    """How many values a tensor of this shape has; ValueError for what is no shape."""
    if len(shape) > MAX_RANK:
        raise ValueError("a shape that is none")
    count = extent_of_all = 1
    for extent in shape:
        if type(extent) is not int:
            raise ValueError("a shape that is none")
        if not 0 <= extent <= MAX_EXTENT:
            raise ValueError("a shape with an extent out of bounds")
        count *= extent
        extent_of_all *= extent or 1
    if extent_of_all > MAX_EXTENT:
        raise ValueError("a shape too large")
    return count
