"""A class whose members answer the tiny course's two gaps in every way there is, and its vote."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.autograder.conftest import TinyCourse, tiny_course_at

NAME = "whoami"  # in comments, names and texts of answers, and of each student's folder
RIGHT = "x.sum(dim=-1)"
SCALED = "total = factor * total"
ANSWERS = {  # by student: the sum, and the scale
    "a": (RIGHT, SCALED + f"  # {NAME}"),
    "b": ("x . sum( dim = -1 )", f"'{NAME}'\n    {NAME} = factor\n    total = {NAME} * total"),
    "c": (f"torch.einsum('{NAME[0]}i->{NAME[0]}', x)", "total *= factor"),
    "d": ("x.sum(dim=0)", "pass"),
    "e": ("x.sum(0)", "total = total"),
    "f": ("[MASK]", "[MASK]"),
    "g": ("x.sum(", SCALED),
    "h": (RIGHT, "while True: pass"),
    "i": (f"{NAME}(x)", SCALED),
    "j": (f"np.ones(3, {NAME}=1)", f"import os; os._exit(0); import {NAME}.x; factor.{NAME}_x"),
    "k": ("x.sum(-1)", "open({marker!r}, 'w').write('x'); total = factor * total"),
}


def graded() -> list[str]:
    """Who has been graded too: right, wrong in both, and open."""
    return [f"submissions/{NAME}-{student}" for student in "adf"]


@dataclass(frozen=True)
class Voted:
    """The course after `autograder consensus submissions`."""

    course: TinyCourse
    output: str
    marker: Path  # a file that a student's answer tries to write

    @property
    def reports(self) -> Path:
        return self.course.root / "reports"

    @property
    def found(self):
        return json.loads((self.reports / "consensus.json").read_text())["assignments"][0]

    def gap(self, exercise):
        return next(one for one in self.found["gaps"] if one["exercise"] == exercise)


@pytest.fixture(scope="package")
def voted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("voted")
    course = tiny_course_at(folder / "course")
    toml = course.root / "assignments/tiny/assignment.toml"
    text = toml.read_text(encoding="utf-8").replace("call_s = 2.0", "call_s = 0.5")
    toml.write_text(f"{text}\n[consensus]\nbonus = 2\n", encoding="utf-8")
    marker = folder / "written"
    for student, (total, scale) in ANSWERS.items():
        product = scale.replace("{marker!r}", repr(str(marker)))
        course.write(f"submissions/{NAME}-{student}/tiny/tiny.py",
                     f"import torch\nimport numpy as np\n\n\ndef {NAME}(x):\n    return x.sum(-1)\n"
                     f"\n\ndef scaled_sum(x, factor):\n    total = {total}\n    {product}\n"
                     "    return total\n")  # fmt: skip
    course.write(f"submissions/{NAME}-l/tiny/tiny.py", "").write_bytes(b"x = '\xff'")
    assert course.run("grade", *graded(), "--lang", "en").returncode == 0
    result = course.run("consensus", "submissions", "--lang", "en")
    assert result.returncode == 0, result.stderr
    return Voted(course, result.stdout, marker)
