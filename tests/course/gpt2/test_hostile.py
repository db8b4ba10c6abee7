"""Submissions that attack: each ends as its own failure, gains nothing and leaves no trace.

hostile/ holds one attack a file. It is appended to a right answer, or to an honest but wrong one,
and goes the way of every submission; the same code without the attack says what it was worth.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from autograder.course.assignment import Assignment, load_assignment
from autograder.grading.grade import Grader
from autograder.grading.options import Options
from autograder.intake.submission import Submission
from autograder.reports.schema import Report, TestReport
from autograder.sandbox.limits import Limits

ROOT = Path(__file__).parents[3]
HOSTILE = Path(__file__).parent / "hostile"
FILE = "modeling_gpt2.py"

# An honest mistake: MLP and attention add nothing. Most attacks try to hide just this.
WRONG = """
MLP.forward = lambda self, x: torch.zeros_like(x)
Attention.attend = lambda self, query, *_: self.merge_heads(torch.zeros_like(query))
"""

# Attacks on the right answer that spoil one exercise (and the few tests of the whole model that
# need it): name -> the exercise, and how its tests end.
SPOILED = {
    "endless_loop": ("generation", "timeout"),
    "stops_itself": ("mlp", "timeout"),
    "huge_allocation": ("mlp", "limit"),
    "thread_flood": ("mlp", "limit"),
    "enormous_answer": ("mlp", "limit"),
    "many_files": ("mlp", "limit"),
    "hides_files": ("mlp", "limit"),
    "fork_bomb": ("mlp", "error"),
    "network": ("mlp", "error"),
    "recursion": ("mlp", "error"),
    "no_tensor": ("mlp", "error"),
    "agreeable_tensor": ("mlp", "error"),
    "sys_exit": ("attention", "error"),
    "interrupts": ("block", "error"),
    "hostile_message": ("mlp", "error"),
    "evil_exception": ("mlp", "crashed"),
    "exits_at_once": ("attention", "crashed"),
    "segfault": ("block", "crashed"),
    "closes_channel": ("attention", "crashed"),
    "forges_reply": ("mlp", "crashed"),
    "answers_nan": ("mlp", "failed"),
    "answers_inf": ("mlp", "failed"),
    "wrong_dtype": ("mlp", "failed"),
    "wrong_shape": ("mlp", "failed"),
}
WHOLE_MODEL = 15  # points outside its own exercise that one wrong part may cost, at most

# Attacks on the wrong answer that look for the right one, or for a way to be believed.
FRUITLESS = (
    "reads_answers", "imports_transformers", "writes_report", "patches_comparisons",
    "hunts_frames", "hunts_garbage", "hunts_modules",
)  # fmt: skip
# Attacks on others, or on nobody: the right answer keeps all its points.
HARMLESS = ("touches_outside", "kills_others", "stdout_flood", "left_thread", "swaps_folders",
            "writes_report", "hunts_modules")  # fmt: skip
# Attacks that disturb themselves: what they get depends, but never exceeds what they'd have had.
RISKY = ("takes_over", "forges_ahead", "answers_by_turns")

LIES = ("nan", "inf", "-inf", "max", "min", "empty", "scalar", "more axes", "int64", "bool",
        "float16", "bfloat16", "uint8", "missing", "nothing", "extra", "exchanged")  # fmt: skip


@dataclass(frozen=True)
class World:
    """A copy of the course, a warm grader, and what an attack might leave its traces on."""

    course: Path
    watched: Path  # a file outside that anybody may write to
    grader: Grader
    zygote: int  # process id
    children: Path  # where the sandbox makes its folders

    def grade(self, source: str | bytes) -> Report:
        data = source if isinstance(source, bytes) else source.encode()
        return self.grader.grade(Submission("s01", "gpt2", {FILE: data}))

    def attack(self, name: str, base: str) -> Report:
        """The report of `base` with the attack added, once nothing is seen to have been harmed."""
        overlay = (HOSTILE / f"{name}.py").read_text(encoding="utf-8")
        overlay = overlay.replace("/course", str(self.course))
        return self.grade_safely(base + overlay.replace("/outside", str(self.watched.parent)))

    def grade_safely(self, source: str | bytes) -> Report:
        before = self.traces()
        report = self.grade(source)
        assert self.traces() == before
        assert report.status == "graded", report.reason
        assert self.grade(REFERENCE).score == report.max_score, "a neighbour has lost points"
        return report

    def traces(self) -> list[object]:
        session = [pid for pid, sid in sessions() if sid == self.zygote]
        files = sorted((str(path), *marks(path)) for path in self.course.rglob("*"))
        outside = [marks(path) for path in self.watched.parent.iterdir()]
        return [session, files, outside, self.watched.read_text(), list(self.children.iterdir())]


def marks(path: Path) -> tuple[int, ...]:
    status = path.stat()
    return status.st_mode, status.st_uid, status.st_mtime_ns, status.st_size, status.st_nlink


def sessions() -> Iterator[tuple[int, int]]:
    """Each process with its session: no child of a zygote can leave the zygote's."""
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        yield int(entry.parent.name), int(fields[3])


REFERENCE = (ROOT / "solutions/gpt2" / FILE).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def assignment(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    """The real assignment, in a course of its own that also holds submissions and reports."""
    course = tmp_path_factory.mktemp("hostile") / "course"
    for folder in ("assignments/gpt2", "tests/gpt2", "solutions/gpt2"):
        shutil.copytree(ROOT / folder, course / folder)
    shutil.copytree(course / "solutions/gpt2", course / "submissions/s02/gpt2")
    report = course / "reports/gpt2/s02.json"
    report.parent.mkdir(parents=True)
    report.write_text('{"score": 12}')
    limits = Limits(import_s=5, call_s=1, submission_s=30)  # seconds: loops must not last long
    return msgspec.structs.replace(load_assignment(course, "gpt2"), limits=limits)


@pytest.fixture(scope="module")
def world(assignment: Assignment) -> Iterator[World]:
    watched = assignment.root.parent / "outside/watched.txt"
    watched.parent.mkdir()
    watched.write_text("as it was")
    os.chmod(watched, 0o666)  # the weakest protection there can be
    with Grader(assignment, {}, Options()) as grader:
        ours = [Path(f"/proc/{pid}/cmdline").read_text().split("\0")[:-1]
                for pid, sid in sessions() if sid == pid and is_ours(pid)]  # fmt: skip
        raise NotImplementedError(ours)
