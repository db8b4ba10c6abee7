"""A student at a real terminal: what they type goes in, what they see comes out."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from pathlib import Path

import pexpect
import pyte
import pytest

from tests.autograder.conftest import TinyCourse

COLUMNS, ROWS = 80, 40
PATIENCE_S = 120  # the machine may be busy

TOML = """name = "pair"
title = { en = "A pair of functions", zh = "两个函数" }
files = ["pair.py"]
module = "pair"
profile = "torch"
max_score = 10
secret = "0123456789abcdef0123456789abcdef"

[[exercises]]
id = "double"
points = 4
title = { en = "Twice as much", zh = "两倍" }
handout = { en = "Doubling", zh = "加倍" }

[[exercises.tests]]
id = "test_double.py::test_doubles"
points = 4
visibility = "public"
title = { en = "doubles every value", zh = "每个值都加倍" }
hint = { en = "how often is x in 2 x?", zh = "2 x 里有几个 x？" }

[[exercises]]
id = "triple"
points = 6
title = { en = "Thrice as much", zh = "三倍" }
handout = { en = "Tripling.", zh = "三倍。" }

[[exercises.tests]]
id = "test_triple.py::test_triples"
points = 4
visibility = "public"
title = { en = "triples every value", zh = "每个值都乘三" }
hint = { en = "how often is x in 3 x?", zh = "3 x 里有几个 x？" }

[[exercises.tests]]
id = "hidden/test_triple.py::test_triples_a_row"
points = 2
visibility = "hidden"
title = { en = "triples a single row", zh = "一行也乘三" }
hint = { en = "no special case", zh = "没有特例" }
"""

REFERENCE = """import torch


def double(x):
    # [MASK double/twice] x + x
    # hint: A sum.
    # hint: A sum of two terms that are equal.
    # hint: Write x, a plus sign, and what you have just written.
    # 提示: 一个和。
    # 提示: 两个相等的项之和。
    # 提示: 写 x，一个加号，再写一遍。
    return x + x


def triple(x):
    # [MASK triple/thrice] double(x) + x
    # hint: One more than above.
    # hint: Call the function above, then add.
    # 提示: 比上面多一个。
    # 提示: 先调用上面的函数，再相加。
    return double(x) + x
"""

TESTS = """from autograder.grading.compare import assert_close


def test_{verb}s(student, draw):
    x = draw.normal("x", 2, 3)
    assert_close(student.call("{verb}", x=x)["output"], {factor} * x, name="output", atol=1e-12)
"""
PROBES = """def double(student, *, x):
    return {"output": student.double(x)}


def triple(student, *, x):
    return {"output": student.triple(x)}
"""
HANDOUT = """# The pair

## Doubling

Two of a kind.

- **Tripling.** Three of a kind.
"""


class Student:
    """Somebody at a terminal of 80 columns in which one command runs."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.folder = folder
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.Stream(self._screen)
        environment = {**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8"}
        environment.pop("NO_COLOR", None)
        self.terminal = pexpect.spawn(
            sys.executable, ["-m", "autograder", *arguments], cwd=folder, encoding="utf-8",
            dimensions=(ROWS, COLUMNS), env=environment,  # type: ignore[arg-type]
        )  # fmt: skip

    def sees(self, *words: str) -> str:
        """Waits until all these words are on the screen at once, and gives the screen."""
        until = time.monotonic() + PATIENCE_S
        while not all(word in self.screen for word in words):
            assert time.monotonic() < until, f"never saw {words}, but:\n{self.screen}"
            with contextlib.suppress(pexpect.TIMEOUT):
                self._stream.feed(self.terminal.read_nonblocking(65536, timeout=0.2))
        return self.screen

    @property
    def screen(self) -> str:
        return "\n".join(line.rstrip() for line in self._screen.display).rstrip()

    def types(self, text: str) -> None:
        self.terminal.send(text)

    def saves(self, text: str) -> None:
        (self.folder / "pair/pair.py").write_text(text)


@pytest.fixture(scope="session")
def pair_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template of a course of two small exercises, to be copied."""
    course = TinyCourse(tmp_path_factory.mktemp("pair") / "course")
    course.write("assignments/pair/assignment.toml", TOML)
    course.write("assignments/pair/probes.py", PROBES)
    course.write("assignments/pair/README.md", HANDOUT)
    course.write("solutions/pair/pair.py", REFERENCE)
    course.write("tests/pair/test_double.py", TESTS.format(verb="double", factor=2))
    for folder in ("tests/pair", "tests/pair/hidden"):
        triple = TESTS.format(verb="triple", factor=3)
        name = "test_triples_a_row" if "hidden" in folder else "test_triples"
        course.write(f"{folder}/test_triple.py", triple.replace("test_triples", name))
    result = course.run("release", "--output", str(course.root.parent / "template"))
    assert result.returncode == 0, result.stderr
    return course.root.parent / "template"
