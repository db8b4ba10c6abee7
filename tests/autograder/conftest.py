"""A course of one tiny assignment, for tests that run the real command line on it."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

from autograder.scale.cache import FOLDER

settings.register_profile("autograder", deadline=None)  # a busy machine is no failure
settings.load_profile("autograder")

SECRET = "5f2c1e8a90b34d67"

REFERENCE = '''"""A scaled sum."""

import torch


def scaled_sum(x, factor):
    # [MASK sum/total] x.sum(dim=-1)
    # hint: Add along the last axis.
    # 提示：沿最后一个轴求和。
    total = x.sum(dim=-1)
    # [MASK scale/product]
    # hint: The factor goes last.
    total = factor * total
    return total
'''

PROBES = '''"""Calls into the student's module."""


def scaled_sum(student, *, x, factor):
    return {"total": student.scaled_sum(x, factor)}
'''

PUBLIC_TESTS = """from autograder.grading.compare import assert_close


def test_adds_along_the_last_axis(student, draw):
    x = draw.normal("x", 3, 4)
    out = student.call("scaled_sum", x=x, factor=1.0)
    assert_close(out["total"], x.sum(-1), name="total", atol=1e-12, hint="the axis")


def test_multiplies_by_the_factor(student, draw):
    x = draw.normal("x", 3, 4)
    out = student.call("scaled_sum", x=x, factor=2.5)
    assert_close(out["total"], 2.5 * x.sum(-1), name="total", atol=1e-12)
"""

HIDDEN_TESTS = """from autograder.grading.compare import assert_close


def test_works_for_one_row(student, draw):
    x = draw.normal("x", 1, 7)
    out = student.call("scaled_sum", x=x, factor=-3.0)
    assert_close(out["total"], -3.0 * x.sum(-1), name="total", atol=1e-12)
"""

TOML = f'''name = "tiny"
title = {{ en = "A tiny task", zh = "小任务" }}
files = ["tiny.py"]
module = "tiny"
profile = "torch"
max_score = 10
secret = "{SECRET}"

[limits]
call_s = 2.0

[[exercises]]
id = "sum"
points = 4
title = {{ en = "Sum", zh = "求和" }}

[[exercises.tests]]
id = "test_tiny.py::test_adds_along_the_last_axis"
points = 4
visibility = "public"
title = {{ en = "adds along the last axis", zh = "沿最后一轴求和" }}
hint = {{ en = "which axis?", zh = "哪个轴？" }}

[[exercises]]
id = "scale"
points = 6
title = {{ en = "Scale", zh = "缩放" }}

[[exercises.tests]]
id = "test_tiny.py::test_multiplies_by_the_factor"
points = 3
visibility = "public"
title = {{ en = "multiplies by the factor", zh = "乘以系数" }}
hint = {{ en = "where does the factor go?", zh = "系数用在哪里？" }}

[[exercises.tests]]
id = "hidden/test_tiny.py::test_works_for_one_row"
points = 3
visibility = "hidden"
title = {{ en = "works for one row", zh = "一行也行" }}
hint = {{ en = "no special case for one row", zh = "一行没有特例" }}
'''


@pytest.fixture(scope="session", autouse=True)
def _heed_interrupts() -> None:
    """What a shell runs in the background ignores Ctrl-C, and so would all that the tests start."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@dataclass(frozen=True)
class TinyCourse:
    """A course in a temporary folder, and ways to fill and use it."""

    root: Path

    def write(self, path: str, text: str) -> Path:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        return target

    def hand_in(self, student: str, body: str) -> Path:
        """A submission whose `scaled_sum(x, factor)` has this body."""
        lines = "\n".join(f"    {line}" for line in body.splitlines())
        text = f"import torch\n\n\ndef scaled_sum(x, factor):\n{lines}\n"
        return self.write(f"submissions/{student}/tiny/tiny.py", text)

    def copy(self, root: Path) -> TinyCourse:
        """The same elsewhere, with all that it has come to: what was graded need not be again."""
        return TinyCourse(shutil.copytree(self.root, root, symlinks=True))

    def run(self, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        """The real command line, as a person would run it."""
        command = [sys.executable, "-m", "autograder", *arguments]
        return subprocess.run(
            command, cwd=cwd or self.root, capture_output=True, text=True, timeout=120, check=False
        )


GOOD = "return factor * x.sum(dim=-1)"
NO_FACTOR = "return x.sum(dim=-1)"


def tiny_course_at(root: Path) -> TinyCourse:
    """Writes the course to a folder."""
    course = TinyCourse(root)
    course.write("assignments/tiny/assignment.toml", TOML)
    course.write("assignments/tiny/probes.py", PROBES)
    course.write("assignments/tiny/README.md", "# A tiny task\n")
    course.write("solutions/tiny/tiny.py", REFERENCE)
    course.write("tests/tiny/test_tiny.py", PUBLIC_TESTS)
    course.write("tests/tiny/hidden/test_tiny.py", HIDDEN_TESTS)
    return course


@pytest.fixture
def tiny_course(tmp_path: Path) -> Iterator[TinyCourse]:
    course = tiny_course_at(tmp_path / "course")
    yield course
    for name, module in list(sys.modules.items()):  # the next test has a course of its own
        if (getattr(module, "__file__", None) or "").startswith(str(course.root)):
            del sys.modules[name]


@pytest.fixture(scope="session")
def _kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    course = tiny_course_at(tmp_path_factory.mktemp("kept") / "course")
    course.hand_in("right", GOOD)
    course.hand_in("wrong", NO_FACTOR)
    done = course.run("grade", "submissions")
    assert done.returncode == 0, done.stderr
    return course.root / FOLDER


@pytest.fixture
def known_course(tiny_course: TinyCourse, _kept: Path) -> TinyCourse:
    """The tiny course, where GOOD and NO_FACTOR are known from an earlier run."""
    shutil.copytree(_kept, tiny_course.root / FOLDER)
    return tiny_course


@pytest.fixture
def edit() -> Callable[[Path, str, str], None]:
    """Replaces text in a file; the text must be there."""

    def replace(path: Path, old: str, new: str) -> None:
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    return replace
