"""Damage that knows an input's form, so that more of it gets past a reader's first look.

Each takes an input and a source of chance, and gives another input.
"""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import random
import struct
import tarfile
import warnings
import zipfile
from collections.abc import Callable
from typing import Any

from autograder.sandbox import protocol
from tests.autograder.intake.making import FORMATS, flagged, tarred, zipped

# ------------------------------------------------------------------ protocol

NODES: tuple[Any, ...] = (
    *(None, True, -1, 2**31, 2**63, 10**400, 1e308, -0.0, "", "nan", "\ud800", "x" * 3000),
    *({"f": "nan"}, {"f": "1"}, {"b": 0}, {"b": 8}, {"b": -8}, {"b": 2**64}, {"m": "x"}, {"q": 1}),
    *({"t": []}, {"d": {}}, {"t": [], "d": {}}, [], {}, [[[[[[[[[[[[[[[]]]]]]]]]]]]]]]),
    *({"x": ["F32", [2]]}, {"x": ["BOOL", [8]]}, {"x": ["F64", [0, 2**40]]}, {"x": ["U8", []]}),
    *({"x": ["BF16", [1] * 17]}, {"x": ["I64", [2**32, 2**32]]}, {"x": ["F31", [1]]}),
)


def other_frame(data: bytes, chance: random.Random) -> bytes:
    """One node of the header is another, perhaps with another body: header, 0xFF and body."""
    header, _, body = data.partition(b"\xff")
    if data.startswith(protocol.MAGIC):
        length = int.from_bytes(data[4:8], "little")
        header, body = data[16 : 16 + length], data[16 + length :]
    try:
        tree = [json.loads(header)]
        places = list(_places(tree))
    except (ValueError, RecursionError):
        return data
    holder, key = chance.choice(places)
    old, new = holder[key], chance.choice(NODES)
    holder[key] = chance.choice((new, new, [old, new], {"t": [old]}, {"d": {"k": old, "l": new}}))
    body += chance.choice((b"", b"", bytes(8), bytes(16), b"\1" * 8, chance.randbytes(64)))
    return json.dumps(tree[0]).encode() + b"\xff" + body[: chance.choice((None, None, -8))]


def _places(holder: Any) -> Any:
    """Each node below a list or dict, as its holder and the key there."""
    for key in range(len(holder)) if isinstance(holder, list) else list(holder):
        yield holder, key
        if isinstance(holder[key], list | dict):
            yield from _places(holder[key])


# ------------------------------------------------------------------ archives

NAMES = (
    *("gpt2/model.py", "gpt2/answers.json", "s01/gpt2/model.py", "GPT2/Model.py", "gpt2", "gpt2/"),
    *("../x", "/x", "C:x", "a\\b", "a\nb", "", ".", "s01.zip", "s01.tar.gz", "__MACOSX/._x", "é/x"),
    *("ﬁ.py", "a" * 300, "/".join("a" * 200), "x_1_assignsubmission_file_/gpt2/model.py"),
)
TYPES = (*(bytes([one]) for one in b"01234567xgXLKSVM"), b"\0")
FIELDS = ((0, 100), (100, 8), (124, 12), (136, 12), (156, 1), (257, 8), (345, 155))
NUMBERS = (b"\x80" + b"\xff" * 11, b"7" * 12, b"-1", b"\xff" * 12, b" " * 12, b"0" * 12, b"9" * 12)
BLOBS = (
    *(b"", b"x = 1\n", b"\xff\xfe", b"# coding: gbk\nx = '\xc4\xe3'\n", b"# coding: rot13\n"),
    *(b"a" * 70_000, b"30 path=gpt2/model.py\n", b"12 size=-1\n", b"9" * 20 + b" a=b\n"),
    *(zipped([("gpt2/model.py", b"x = 1\n")]), tarred([("gpt2/model.py", b"x")], "gz")),
)


def other_archive(_data: bytes, chance: random.Random) -> bytes:
    """An archive of odd members, with odd fields in its headers and right checksums."""
    members = [(chance.choice(NAMES), chance.choice(BLOBS)) for _ in range(chance.randrange(5))]
    suffix = chance.choice(FORMATS)
    if suffix == "zip":
        return _zip(members, chance)
    return _tar(members, suffix, chance)


def _zip(members: list[tuple[str, bytes]], chance: random.Random) -> bytes:
    found = []
    for name, data in members:
        info = zipfile.ZipInfo(name.replace("\0", ""))
        info.external_attr = chance.choice((0, 0, 0o120777, 0o60777, 0o40777)) << 16
        found.append((info, data))
    with warnings.catch_warnings(action="ignore"):  # of names that stand twice
        data = zipped(found, chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)))
    if chance.random() < 0.2:
        data = flagged(data, chance.choice((1, 8, 0x20, 0x800)))
    damaged = bytearray(data)
    at = data.find(b"PK\1\2")
    if at >= 0 and chance.random() < 0.5:  # a number in the directory
        struct.pack_into("<H", damaged, at + chance.randrange(4, 45), chance.choice((0, 9, 0xFFFF)))
    return bytes(damaged)


def _tar(members: list[tuple[str, bytes]], suffix: str, chance: random.Random) -> bytes:
    found = []
    for name, data in members:
        info = tarfile.TarInfo(name)
        info.type = chance.choice((tarfile.REGTYPE, tarfile.REGTYPE, chance.choice(TYPES)))
        found.append((info, data))
    data = bytearray(tarred(found, form=chance.choice((tarfile.PAX_FORMAT, tarfile.GNU_FORMAT))))
    for at in range(0, len(data), 512):
        if data[at + 257 : at + 262] == b"ustar" and chance.random() < 0.3:
            place, length = chance.choice(FIELDS)
            value = chance.choice((*NUMBERS, chance.choice(TYPES), chance.randbytes(length)))
            data[at + place : at + place + length] = value[:length].ljust(length, b"\0")
            blank = data[at : at + 148] + b" " * 8 + data[at + 156 : at + 512]
            data[at + 148 : at + 156] = b"%06o\0 " % sum(blank)
    compress: Callable[[bytes], bytes] = {
        "tar": bytes, "tar.gz": lambda raw: gzip.compress(raw, 1), "tar.bz2": bz2.compress,
        "tar.xz": lambda raw: lzma.compress(raw, preset=0),
    }[suffix]  # fmt: skip
    return compress(bytes(data))


# ------------------------------------------------------------------ assignment.toml

VALUES = (
    *("0", "-1", "-0.0", "1e308", "nan", "inf", "-inf", "2", "9" * 25, "9" * 5000, "true", '""'),
    *('"a\\nb"', '"a\\u0000"', '"../x"', '"/x"', '"tiny.py"', '"hidden/t.py::f"', '"::"', "[]"),
    *("[" * 3000 + "]" * 3000, "{}", '{ en = "a", zh = "b" }', '[{ file = "a", max_kib = -1 }]'),
    *("1979-05-27", "1979-05-27T07:32:00Z", "0x1F", "'''\nx\n'''", '["tiny.py", "tiny.py"]'),
)
KEYS = ("forms", "max_bonus", "needs", "needs_model", '"a\\nb"', "points", "a.b", "secret", "title")


def other_toml(data: bytes, chance: random.Random) -> bytes:
    """One line has another value, stands twice, elsewhere or not at all, or is new."""
    lines = data.decode("utf-8", "replace").split("\n")
    at = chance.randrange(len(lines))
    key = lines[at].partition("=")[0]
    match chance.randrange(6):
        case 0:
            lines[at] = chance.choice(VALUES)
        case 1:
            lines.insert(at, f"{chance.choice(KEYS)} = {chance.choice(VALUES)}")
        case 2:
            lines.insert(chance.randrange(len(lines)), lines[at])
        case 3:
            del lines[at]
        case _:
            lines[at] = f"{key}= {chance.choice(VALUES)}"
    return "\n".join(lines).encode()


# ------------------------------------------------------------------ masking

CODE = (
    """
if x:|else:|try:|except* E:|match x:|case [1, *r]:|@f|def f(): pass|async def g():|MASK|[MASK]
return x|x = 1; y = 2|x: [[int]] = 3|f'{x!r:>{w}}'|'''a|'''|a = b = [c]|[x for x in y if z]
lambda *a, b=1: a|x = \\|print(*a, **b)|x[1:2, ...]|del x[0]|global x|(x := 1)|type X = int|é = 1
# a comment|# hint: more|# 提示：又|# [MASK end]|with a as b, c: pass
from __future__ import annotations
""".strip()
    .replace("\n", "|")
    .split("|")
)
CODE += ["x = (y\n  + z)", "\x0c", "x\r", "x = " + "-" * 400 + "1", "x" + ".x" * 300]


def other_reference(data: bytes, chance: random.Random) -> bytes:
    """One line is marked, is another, stands twice, elsewhere or not at all, or moves in or out."""
    lines = data.decode("utf-8", "replace").split("\n")
    at = chance.randrange(len(lines))
    line = lines[at]
    indent = line[: len(line) - len(line.lstrip())]
    match chance.randrange(8):
        case 0 | 1 | 2:
            name = f"m/g{chance.randrange(99)}"
            target = chance.choice(("", "begin", _part(line, chance), _part(line, chance)))
            end = min(len(lines), at + chance.randrange(1, 5))
            if target == "begin":
                lines.insert(end, f"{indent}# [MASK end]")
            lines[at:at] = [f"{indent}# [MASK {name}] {target}", f"{indent}# hint: h"]
        case 3:
            lines[at] = indent + chance.choice(CODE)
        case 4:
            lines.insert(at, indent + chance.choice(CODE))
        case 5:
            lines[at] = chance.choice(("", " ", "    ", "\t")) + line[chance.choice((0, 4)) :]
        case 6:
            lines.insert(chance.randrange(len(lines)), line)
        case _:
            del lines[at]
    return "\n".join(lines).encode()


def _part(line: str, chance: random.Random) -> str:
    """Some words of a line."""
    words = line.strip().split(" ")
    start = chance.randrange(len(words))
    return " ".join(words[start : chance.randrange(start, len(words)) + 1])
