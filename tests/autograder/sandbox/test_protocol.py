"""Frames: what goes in comes out, and no bytes at all give anything but plain data."""

from __future__ import annotations

import contextlib
import itertools
import math
import os
import socket
import struct
import sys
import time
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.sandbox import protocol
from autograder.sandbox.protocol import MappedTensors, ProtocolError, decode, encode

LIMIT = 1 << 20

DTYPES = st.sampled_from(sorted(protocol.DTYPES.values(), key=str))
SHAPES = st.lists(st.integers(0, 4), max_size=4)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@st.composite
def tensors(draw: st.DrawFn) -> torch.Tensor:
    dtype, shape = draw(DTYPES), draw(SHAPES)
    high = 2 if dtype is torch.bool else 100
    values = draw(
        st.lists(st.integers(0, high - 1), min_size=math.prod(shape), max_size=math.prod(shape))
    )
    return torch.tensor(values, dtype=torch.int64).to(dtype).reshape(shape)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXT | st.binary(max_size=9)
MESSAGES = st.recursive(
    SCALARS | tensors() | st.builds(MappedTensors, TEXT),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(TEXT, inner, max_size=3)
    ),
    max_leaves=8,
)


def same(left: Any, right: Any) -> bool:
    if type(left) is not type(right):
        return False
    if isinstance(left, torch.Tensor):
        return left.dtype == right.dtype and left.shape == right.shape and torch.equal(left, right)
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[k], right[k]) for k in left)
    if isinstance(left, list | tuple):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, float):
        return left == right or (math.isnan(left) and math.isnan(right))
    return bool(left == right)


def is_plain(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return type(value) in (list, tuple) and all(map(is_plain, value))
    if isinstance(value, dict):
        return type(value) is dict and all(type(k) is str and is_plain(v) for k, v in value.items())
    plain = (type(None), bool, int, float, str, bytes, torch.Tensor, MappedTensors)
    return type(value) in plain


@settings(deadline=None, max_examples=200)
@given(MESSAGES)
def test_a_message_comes_out_as_it_went_in(message: Any) -> None:
    assert same(decode(encode(message), LIMIT), message)


@settings(deadline=None, max_examples=300)
@given(MESSAGES, st.data())
def test_changed_bytes_are_refused_or_give_plain_data(message: Any, data: st.DataObject) -> None:
    frame = bytearray(encode(message))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(frame) - 1))
        frame[place] = data.draw(st.integers(0, 255))
    with contextlib.suppress(ProtocolError):
        assert is_plain(decode(frame, LIMIT))


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=200))
def test_a_header_of_any_bytes_is_refused_or_gives_plain_data(header: bytes) -> None:
    header += b" " * (-len(header) % 8)
    with contextlib.suppress(ProtocolError):
        assert is_plain(decode(frame_of(header), LIMIT))


def frame_of(header: bytes, body: bytes = b"") -> bytes:
    header += b" " * (-len(header) % 8)
    return struct.pack("<4sIQ", protocol.MAGIC, len(header), len(body)) + header + body


@pytest.mark.parametrize(
    ("header", "body"),
    [
        (b"", b""),
        (b"nonsense", b""),
        (b"NaN", b""),
        (b"-Infinity", b""),
        (b'{"d":1}', b""),
        (b'{"d":{},"t":[]}', b""),
        (b"{}", b""),
        (b'{"q":1}', b""),
        (b'{"f":"1"}', b""),
        (b'{"b":-8}', b""),
        (b'{"b":true}', b"\0" * 8),
        (b'{"b":9}', b"\0" * 8),
        (b'{"x":["F32",[2]]}', b""),
        (b'{"x":["F32",[2]]}', b"\0" * 16),
        (b'{"x":["F32",[-2]]}', b"\0" * 8),
        (b'{"x":["F32",[-1,-2]]}', b"\0" * 8),
        (b'{"x":["F32",[2.0]]}', b"\0" * 8),
        (b'{"x":["F32",[true,2]]}', b"\0" * 8),
        (b'{"x":["F32",["2"]]}', b"\0" * 8),
        (b'{"x":["F32",2]}', b"\0" * 8),
        (b'{"x":["F31",[2]]}', b"\0" * 8),
        (b'{"x":["C64",[1]]}', b"\0" * 8),
        (b'{"x":["BOOL",[8]]}', b"\2" * 8),
        (b'{"x":["F32",[0,4611686018427387904]]}', b""),
        (b'{"x":["F32",[0,1099511627776,1099511627776]]}', b""),
        (b'{"x":["F32",[4294967296,4294967296]]}', b""),
        (b'{"x":["F32",[' + b"1," * 40 + b"1]]}", b"\0" * 8),
        (b'"\\ud800"', b""),
        (b'{"d":{"\\ud800":1}}', b""),
        (b'"\xff"', b""),
        (b"9" * 5000, b""),
        (b"[" * 20 + b"]" * 20, b""),
        (b"[" * 100_000 + b"]" * 100_000, b""),
        (b"1", b"\0" * 8),
    ],
)
def test_a_malformed_frame_is_refused(header: bytes, body: bytes) -> None:
    with pytest.raises(ProtocolError):
        decode(frame_of(header, body), LIMIT)


def test_a_frame_above_the_limit_is_refused_before_its_body_is_read() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(struct.pack("<4sIQ", protocol.MAGIC, 8, 1 << 60))
        with pytest.raises(protocol.TooLarge):
            protocol.receive(ours.fileno(), protocol.until(None), LIMIT)


def test_two_tensors_of_a_message_never_share_memory() -> None:
    shared = torch.zeros(4)
    first, second = decode(encode([shared, shared]), LIMIT)
    first += 1
    assert second.tolist() == [0, 0, 0, 0]


def test_a_message_crosses_a_socket_larger_than_its_buffer() -> None:
    ours, theirs = socket.socketpair()
    message = {"x": torch.arange(1000)}
    with ours, theirs:
        protocol.send(ours.fileno(), message, protocol.until(time.monotonic() + 5))
        got = protocol.receive(theirs.fileno(), protocol.until(time.monotonic() + 5), LIMIT)
    assert same(got, message)


def test_a_reply_byte_by_byte_runs_out_of_the_one_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = socket.socketpair()
    seconds, rest = itertools.count(), iter(encode("x" * 100))
    monkeypatch.setattr(time, "monotonic", lambda: next(seconds))
    until = protocol.until(50)

    def drip(fd: int, events: int) -> None:
        theirs.send(bytes([next(rest)]))
        until(fd, events)

    with ours, theirs, pytest.raises(protocol.OutOfTime):
        protocol.receive(ours.fileno(), drip, LIMIT)
    assert next(rest) is not None


def test_a_passed_deadline_counts_even_where_bytes_are_ready() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(encode(1))
        with pytest.raises(protocol.OutOfTime):
            protocol.receive(ours.fileno(), protocol.until(time.monotonic() - 1), LIMIT)


def test_a_closed_channel_is_told_from_a_bad_one() -> None:
    ours, theirs = socket.socketpair()
    with ours:
        theirs.sendall(encode(1)[:10])
        theirs.close()
        with pytest.raises(protocol.ChannelClosed):
            protocol.receive(ours.fileno(), protocol.until(None), LIMIT)
        with pytest.raises(protocol.ChannelClosed):
            protocol.send(ours.fileno(), 1, protocol.until(None))


def test_watch_is_asked_while_nothing_comes() -> None:
    ours, theirs = socket.socketpair()

    class Seen(Exception):
        pass

    def watch() -> None:
        raise Seen

    with ours, theirs, pytest.raises(Seen):
        protocol.receive(ours.fileno(), protocol.until(None, watch), LIMIT)


class Shy(torch.Tensor):
    """Fails whoever asks it anything."""

    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        raise AssertionError("a student's method ran")


@pytest.mark.parametrize(
    ("outputs", "words"),
    [
        ({"y": torch.ones(2).as_subclass(Shy)}, "output 'y' is a Shy (a subclass), not a plain"),
        ({"y": 3}, "output 'y' is a int, not a plain torch.Tensor"),
        ({"y": None}, "output 'y' is a NoneType"),
        ({"y": torch.ones(2, 2).to_sparse()}, "output 'y' is sparse"),
        ({"y": torch.ones(2, dtype=torch.complex64)}, "output 'y' has dtype torch.complex64"),
        ({"y": torch.ones(2, device="meta")}, "output 'y' is on device 'meta'"),
        ({1: torch.ones(2)}, "named by a int"),
        ([torch.ones(2)], "the result is a list, not a dict"),
        (None, "the result is a NoneType"),
    ],
)
def test_an_output_that_is_no_plain_tensor_is_named(outputs: object, words: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        protocol.plain_outputs(outputs)
    assert words in str(caught.value)


@pytest.mark.filterwarnings("ignore:torch.quantize_per_tensor")
def test_a_quantised_output_is_named_too() -> None:
    quantised = torch.quantize_per_tensor(torch.ones(2), 1.0, 0, torch.qint8)
    with pytest.raises(ProtocolError, match=r"output 'y' has dtype torch\.qint8"):
        protocol.plain_outputs({"y": quantised})


def test_parameters_views_and_gradients_become_plain_tensors() -> None:
    base = torch.arange(6.0, requires_grad=True)
    outputs = {
        "parameter": torch.nn.Parameter(torch.ones(2)),
        "view": base.reshape(2, 3).t()[::2],
        "negated": torch.imag(torch.conj(torch.ones(2, dtype=torch.complex64) * 1j)),
    }
    got = decode(encode(protocol.plain_outputs(outputs)), LIMIT)
    assert {type(tensor) for tensor in got.values()} == {torch.Tensor}
    assert not any(tensor.requires_grad for tensor in got.values())
    assert got["view"].tolist() == [[0, 3], [2, 5]]
    assert got["negated"].tolist() == [-1, -1]


def test_reading_from_a_descriptor_leaves_what_comes_after_the_frame() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(encode(1) + b"rest")
        assert protocol.receive(ours.fileno(), protocol.until(None), sys.maxsize) == 1
        assert os.read(ours.fileno(), 10) == b"rest"
