"""What is fuzzed: four readers, the inputs to start from, and the law that each must keep.

A check takes any bytes and says whether the reader took them. It raises AssertionError where a law
is broken, and whatever else leaves the reader that should not.
"""

from __future__ import annotations

import ast
import contextlib
import math
import random
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from autograder.course.assignment import Assignment, load_assignment
from autograder.course.gaps import MOST_PAIRS, parse, unfilled
from autograder.course.masking import fill, mask
from autograder.errors import CourseError
from autograder.intake.archives import Archive, open_archive
from autograder.intake.discover import Student, read_submission
from autograder.intake.submission import MAX_FILE_BYTES, Rejection, printable
from autograder.sandbox import protocol, replies
from autograder.sandbox.outcome import StudentFailure
from tests.autograder.intake.making import FORMATS, TINY, packed, zipped
from tests.fuzz.shapes import other_archive, other_frame, other_reference, other_toml

ROOT = Path(__file__).parents[2]
SEEDS = Path(__file__).parent / "seeds"  # inputs that failed once
LIMIT = 1 << 20  # bytes of a frame
IDENTITY = "0" * 16  # of the call that a message may be the reply to
NO_BYTES = (type(None), bool, int, float, str, protocol.MappedTensors)  # sent in the header


@dataclass(frozen=True)
class Target:
    """A reader: its check, and valid inputs that others are made from."""

    name: str
    check: Callable[[bytes, Path], bool]  # the path is a scratch folder
    examples: Callable[[], list[bytes]]
    reshape: Callable[[bytes, random.Random], bytes]  # damage that knows the form

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
    assert _bytes_of(message) <= len(frame), "more came out than went in"
    again = protocol.encode(message)
    assert protocol.encode(protocol.decode(again, LIMIT)) == again
    _read_reply(message)
    return True


def _bytes_of(value: Any) -> int:
    """How many bytes of a body the message holds, all of it plain data."""
    kind = type(value)
    if kind is dict:
        assert all(type(key) is str for key in value)
        return sum(map(_bytes_of, value.values()))
    if kind in (list, tuple):
        return sum(map(_bytes_of, value))
    if kind is torch.Tensor:
        return int(value.nbytes)
    assert kind is bytes or kind in NO_BYTES
    return len(value) if kind is bytes else 0


def _read_reply(message: Any) -> None:
    failure = StudentFailure("error", "")
    with contextlib.suppress(protocol.ProtocolError):
        try:
            outputs = replies.read(message, IDENTITY)
            assert all(type(output) is torch.Tensor for output in outputs.values())
        except StudentFailure as told:
            failure = told
    assert len(failure.message) <= replies.MAX_TEXT
    assert all(0 <= frame.line <= replies.MAX_LINE for frame in failure.frames)


def protocol_examples() -> list[bytes]:
    messages = [
        {"id": IDENTITY, "outputs": {"output": torch.ones(2, 3), "ids": torch.arange(4)}},
        {
            "id": IDENTITY,
            "failure": {"kind": "error", "message": "é", "frames": [["a.py", 3, "f"]]},
        },
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
    """An archive is refused in one line, or what is read of it keeps the bounds."""
    try:
        archive = open_archive("s01", data)
    except Rejection as rejection:
        _assert_one_line(printable(str(rejection)), "s01")
        return False
    for member in archive.members[:20]:
        try:
            assert len(archive.read(member, 4096)) <= 4096
        except Rejection as rejection:
            _assert_one_line(printable(str(rejection)), "s01")
    return _is_handed_in(archive) | any(_is_handed_in(part) for _, _, part in archive.parts())


def _is_handed_in(archive: Archive) -> bool:
    """Whether the one file of the assignment can be read, as `grade` does it."""
    submission = read_submission(Student("s01", Path("s01"), archive), TINY)
    if submission.problem:
        _assert_one_line(submission.problem, "s01")
        return False
    assert set(submission.files) <= {"model.py", "answers.json"}
    assert len(submission.files["model.py"].decode("utf-8")) <= MAX_FILE_BYTES
    return len(submission.sha256) == 64


def archive_examples() -> list[bytes]:
    members = [
        ("gpt2/model.py", b"x = 1\n"),
        ("gpt2/answers.json", b"{}"),
        ("c/é.py", b"y = 2\n" * 99),
    ]
    found = [packed(members, form) for form in FORMATS]
    return [*found, zipped(members, method=0), zipped([("s01.tar.gz", packed(members, "tar.gz"))])]


# ------------------------------------------------------------------ assignment.toml


def check_toml(data: bytes, scratch: Path) -> bool:
    path = scratch / "assignments/tiny/assignment.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    try:
        assignment = load_assignment(scratch, "tiny")
    except CourseError as error:
        _assert_one_line(str(error), str(path))
        return False
    assert all(map(math.isfinite, _numbers(assignment)))
    for file in (*assignment.files, *(form.file for form in assignment.forms)):
        assert not (assignment.folder / file).is_symlink(), "a path that can be asked for"
    return True


def _numbers(assignment: Assignment) -> Iterator[float]:
    yield from (assignment.max_score, assignment.max_bonus, assignment.seed)
    yield from (float(form.max_kib) for form in assignment.forms)
    yield from (exercise.points for exercise in assignment.exercises)
    yield from (test.points for test in assignment.tests)


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
    """A reference is refused in one line, or its template parses, has just the gaps that it tells
    of, all of them open, and can be filled again."""
    source = data.decode("utf-8", "replace")
    try:
        masked = mask(source, "reference.py")
    except CourseError as error:
        _assert_one_line(str(error), "reference.py")
        return False
    statements = sum(isinstance(node, ast.stmt) for node in ast.walk(parse(masked.template)))
    assert fill(masked) == source
    if masked.gaps:
        left = unfilled(masked.template, [gap.released for gap in masked.gaps])
        assert len(left) == len(masked.gaps)
        if statements**2 <= MOST_PAIRS:
            assert [one.number for one in left] == [gap.number for gap in masked.gaps]
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
    both = [small.encode(), small.replace("\n", "\r\n").encode()]
    return [*both * 4, word.read_bytes()]  # the long one takes long


def _assert_one_line(text: str, path: str) -> None:
    """It names the path, then a cause, then what to do."""
    assert text.startswith(path)
    assert text[len(path) :].lstrip(": ")[:4] not in ("", "Do: ")
    assert ". Do: " in text
    assert len(text.splitlines()) == 1


TARGETS = {
    target.name: target
    for target in (
        Target("protocol", check_protocol, protocol_examples, other_frame),
        Target("archive", check_archive, archive_examples, other_archive),
        Target("toml", check_toml, toml_examples, other_toml),
        Target("masking", check_masking, masking_examples, other_reference),
    )
}
