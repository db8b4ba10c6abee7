"""Inputs made from valid ones by small damage, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence

MARKS = (
    *(b"[MASK", b"[MASK end]", b" begin", b"# ", b"\n", b"    ", b"'''", b"= [[", "是".encode()),
    *(b"{", b"}", b"[", b"]", b'"', b"\\ud800", b"-1", b"1e999", b"9" * 30, b"nan"),
    *(b"\x00", b"\x80", b"\x01\x00", b"\xff\xff\xff\xff", b"\xef\xbb\xbf", b"PK\x05\x06", b"../"),
)


Reshape = Callable[[bytes, random.Random], bytes]


def mutations(examples: Sequence[bytes], reshape: Reshape, seed: int) -> Iterator[bytes]:
    """Without end: a third damaged by bytes, a third in form, a third in both ways."""
    chance = random.Random(seed)  # noqa: S311
    while True:
        data = chance.choice(examples)
        how = chance.randrange(3)
        for _ in range(chance.choice((1, 1, 2, 4)) if how else 0):
            data = reshape(data, chance)
        damaged = bytearray(data)
        for _ in range(chance.choice((1, 1, 2, 3, 8)) if how < 2 else 0):
            _damage(damaged, examples, chance)
        yield bytes(damaged)


def _damage(data: bytearray, examples: Sequence[bytes], chance: random.Random) -> None:
    at = chance.randrange(len(data) + 1)
    end = min(len(data), at + chance.choice((1, 2, 4, 16, 64)))
    match chance.randrange(7):
        case 0 if at < len(data):
            data[at] ^= 1 << chance.randrange(8)
        case 1:
            del data[at:end]
        case 2:
            data[at:at] = data[at:end] * chance.choice((1, 2, 50))
        case 3:
            data[at:at] = chance.choice(MARKS)
        case 4:
            data[at:end] = chance.choice(MARKS)
        case 5:
            other = chance.choice(examples)
            place = chance.randrange(len(other) + 1)
            data[at:end] = other[place : place + chance.choice((4, 32, 256))]
        case 6:
            data[at:end] = chance.randbytes(end - at)
