"""What is fuzzed: four readers, the inputs to start from, and the law that each must keep.

A check takes any bytes and says whether the reader took them. It raises AssertionError where a law
is broken, and whatever else leaves the reader that should not.
"""

from __future__ import annotations

import ast
import io
import struct
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from autograder.course.assignment import load_assignment
from autograder.course.masking import fill, mask
from autograder.errors import CourseError
from autograder.intake.archives import open_archive
from autograder.intake.packed import holds_assignment, read_packed
from autograder.intake.submission import Rejection
from autograder.sandbox import protocol

ROOT = Path(__file__).parents[2]
SEEDS = Path(__file__).parent / "seeds"  # inputs that failed once
LIMIT = 1 << 20  # bytes of a frame
PLAIN = (type(None), bool, int, float, str, bytes, protocol.MappedTensors, torch.Tensor)


@dataclass(frozen=True)
class Target:
    """A reader: its check, and valid inputs that others are made from."""

    name: str
    check: Callable[[bytes, Path], bool]  # the path is a scratch folder
    examples: Callable[[], list[bytes]]

    def seeds(self) -> list[bytes]:
        """What failed once, kept as files."""
        return [path.read_bytes() for path in sorted((SEEDS / self.name).glob("*.bin"))]


# ------------------------------------------------------------------ protocol


def check_protocol(data: bytes, _scratch: Path) -> bool:
    """Both as a frame and as header, 0xFF and body of one, so that the header is reached."""
    taken = _decode(data)
    header, _, body = data.partition(b"\xff")
    header += b" " * (-len(header) % 8)
    prefix = struct.pack("<4sIQ", protocol.MAGIC, len(header), len(body))
    return _decode(prefix + header + body) or taken


def _decode(frame: bytes) -> bool:
    try:
        message = protocol.decode(frame, LIMIT)
    except protocol.ProtocolError:
        return False
    _assert_plain(message)
    again = protocol.encode(message)
    assert protocol.encode(protocol.decode(again, LIMIT)) == again
    return True


def _assert_plain(value: Any) -> None:
    if type(value) is dict:
        assert all(type(key) is str for key in value)
        value = list(value.values())
    if type(value) in (list, tuple):
        for item in value:
            _assert_plain(item)
    else:
        assert type(value) in PLAIN


def protocol_examples() -> list[bytes]:
    messages = [
        {"id": "0" * 16, "outputs": {"output": torch.ones(2, 3), "ids": torch.arange(4)}},
        {"id": "1", "failure": {"kind": "error", "message": "é", "frames": [["a.py", 3, "f"]]}},
        {"x": [1, 2.5, None, True, (1, "a"), b"bytes", float("nan"), protocol.MappedTensors("m")]},
        {"n": {"n": {"n": [[[]]]}}, "half": torch.ones(1, 0, 2, dtype=torch.bfloat16)},
    ]
    frames = [protocol.encode(message) for message in messages]
    lengths = [int.from_bytes(frame[4:8], "little") for frame in frames]
    parts = [(frame[16 : 16 + length], frame[16 + length :])
             for frame, length in zip(frames, lengths, strict=True)]  # fmt: skip
    return frames + 3 * [header.rstrip() + b"\xff" + body for header, body in parts]


# ------------------------------------------------------------------ archives


def check_archive(data: bytes, _scratch: Path) -> bool:
    try:
        archive = open_archive("s01", data)
        holds_assignment(archive, ["gpt2"])
        files = read_packed(archive, "gpt2", ["a.py"])
    except Rejection as rejection:
        _assert_one_line(rejection)
        return False
    assert set(files) == {"a.py"}
    files["a.py"].decode("utf-8")
    return True


def archive_examples() -> list[bytes]:
    members = {"gpt2/a.py": b"x = 1\n", "gpt2/b.txt": b"", "c/d/é.py": b"y = 2\n" * 99}
    found = []
    for kind in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", kind) as packed:
            for name, content in members.items():
                packed.writestr(name, content)
        found.append(file.getvalue())
    for mode in ("w", "w:gz", "w:bz2", "w:xz"):
        file = io.BytesIO()
        with tarfile.open(fileobj=file, mode=mode) as tar:
            for name, content in members.items():
                info = tarfile.TarInfo(name)
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
        found.append(file.getvalue())
    return found


# ------------------------------------------------------------------ assignment.toml


def check_toml(data: bytes, scratch: Path) -> bool:
    path = scratch / "assignments/tiny/assignment.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    try:
        load_assignment(scratch, "tiny")
    except CourseError as error:
        _assert_one_line(error)
        return False
    return True


def toml_examples() -> list[bytes]:
    tiny = """name = "tiny"
title = { en = "Tiny", zh = "小" }
files = ["tiny.py"]
module = "tiny"
profile = "torch"
max_score = 2
secret = "0123456789abcdef0123456789abcdef"
[limits]
call_s = 1.5
[[exercises]]
id = "sum"
points = 2
title = { en = "sum", zh = "和" }
[[exercises.tests]]
id = "test_tiny.py::test_sum"
points = 2
visibility = "public"
title = { en = "adds", zh = "相加" }
hint = { en = "add", zh = "加" }
"""
    real = (ROOT / "assignments/sft/assignment.toml").read_text(encoding="utf-8")
    return [tiny.encode(), real.replace('name = "sft"', 'name = "tiny"', 1).encode()]


# ------------------------------------------------------------------ masking


def check_masking(data: bytes, _scratch: Path) -> bool:
    """A reference is refused in one line, or its template parses and can be filled again."""
    source = data.decode("utf-8", "replace")
    try:
        masked = mask(source, "reference.py")
    except CourseError as error:
        _assert_one_line(error)
        return False
    ast.parse(masked.template)
    assert fill(masked) == source
    return True


def masking_examples() -> list[bytes]:
    small = """import torch

class MLP:
    def __init__(self, n):
        # [MASK mlp/width] 4 * n
        # hint: How wide is it?
        # 提示：有多宽？
        self.width = 4 * n

    def forward(self, x):
        # [MASK mlp/forward] begin
        # hint: In order.
        # 提示：按顺序。
        y = self.up(x)
        x = self.down(y)
        # [MASK end]
        # [MASK mlp/back]
        # hint: What comes back?
        # 提示：返回什么？
        return x
"""
    word = ROOT / "solutions/word_arithmetic/word_arithmetic.py"
    return [small.encode(), small.replace("\n", "\r\n").encode(), word.read_bytes()]


def _assert_one_line(error: Exception) -> None:
    text = str(error)
    assert "Do: " in text
    assert "\n" not in text.strip()


TARGETS = {
    target.name: target
    for target in (
        Target("protocol", check_protocol, protocol_examples),
        Target("archive", check_archive, archive_examples),
        Target("toml", check_toml, toml_examples),
        Target("masking", check_masking, masking_examples),
    )
}
