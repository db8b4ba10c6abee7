"""Reading a frame takes memory and work in proportion to its length, whatever it says."""

from __future__ import annotations

import contextlib
import itertools
import struct
import sys
import tracemalloc
from collections.abc import Iterator

import pytest

from autograder.sandbox import protocol
from tests.fuzz.mutate import mutations
from tests.fuzz.targets import TARGETS

LIMIT = 4 << 20
# An empty list is two bytes of JSON and 64 of memory, once as JSON gives it and once as it is read.
BYTES_PER_BYTE = 100
CALLS_PER_BYTE = 10
LITTLE = 100_000  # bytes or calls for any frame


def frame_of(header: bytes, body: bytes = b"") -> bytes:
    header += b" " * (-len(header) % 8)
    return struct.pack("<4sIQ", protocol.MAGIC, len(header), len(body)) + header + body


def many(node: bytes, count: int) -> bytes:
    return b"[" + b",".join([node] * count) + b"]"


@contextlib.contextmanager
def bounded(length: int) -> Iterator[None]:
    """What is done inside allocates and calls no more than so many bytes can cost."""
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    tracemalloc.start()
    sys.setprofile(count)
    try:
        yield
    finally:
        sys.setprofile(None)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak <= BYTES_PER_BYTE * length + LITTLE
    assert calls <= CALLS_PER_BYTE * length + LITTLE


@pytest.mark.parametrize(
    "frame",
    [
        frame_of(many(b"[]", 20_000)),
        frame_of(many(b"[[[[[[[]]]]]]]", 4_000)),
        frame_of(many(b'{"d":{}}', 8_000)),
        frame_of(many(b'{"t":[]}', 8_000)),
        frame_of(many(b'{"b":0}', 8_000)),
        frame_of(many(b'{"m":""}', 8_000)),
        frame_of(many(b'{"x":["U8",[0,1099511627776]]}', 2_000)),
        frame_of(many(b'{"x":["U8",[1099511627776]]}', 2_000)),
        frame_of(many(b"9" * 4_200, 15)),
        frame_of(b"9" * 60_000),
        frame_of(b"1e" + b"9" * 60_000),
        frame_of(b'"' + b"\\u0041" * 10_000 + b'"'),
        frame_of(b'{"x":["U8",' + many(b"1", 30_000) + b"]}"),
        frame_of(b'{"x":["BOOL",[1000000]]}', bytes(1_000_000)),
        frame_of(b'{"b":1000000}', bytes(1_000_000)),
        frame_of(b'{"b":1099511627776}', bytes(1_000)),
        frame_of(b"[" * 60_000),
        frame_of(b'{"d":' * 12_000),
    ],
    ids=lambda frame: frame[16:32].decode(),
)
def test_a_frame_costs_no_more_than_its_length_allows(frame: bytes) -> None:
    with bounded(len(frame)), contextlib.suppress(protocol.ProtocolError):
        protocol.decode(frame, LIMIT)


def test_a_damaged_frame_costs_no_more_than_its_length_allows() -> None:
    target = TARGETS["protocol"]
    for data in itertools.islice(mutations(target.examples(), target.reshape, seed=1), 500):
        header, _, body = data.partition(b"\xff")
        with bounded(len(data)), contextlib.suppress(protocol.ProtocolError):
            protocol.decode(frame_of(header, body), LIMIT)


def test_a_length_that_is_only_claimed_costs_nothing() -> None:
    frame = struct.pack("<4sIQ", protocol.MAGIC, 8, 1 << 60)
    with bounded(len(frame)), pytest.raises(protocol.ProtocolError):
        protocol.decode(frame, LIMIT)
