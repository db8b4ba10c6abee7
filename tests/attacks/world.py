"""A course to attack, a warm grader, and what an attack might leave its traces on."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from autograder.course.assignment import Assignment, load_assignment
from autograder.course.masked import known_gaps
from autograder.grading.grade import Grader
from autograder.grading.options import Options
from autograder.intake.discover import Student, read_submission
from autograder.intake.submission import Submission
from autograder.reports.schema import Report
from autograder.sandbox.limits import Limits
from tests.attacks.corpus import FILE, REFERENCE, ROOT, Attack

SECRET = "HIDDEN_SECRET"  # a variable of the environment, as courses keep their keys in


@dataclass(frozen=True)
class World:
    course: Path
    outside: Path  # a folder with a file that anybody may write to
    assignment: Assignment
    grader: Grader
    zygote: int  # process id
    children: Path  # where the sandbox makes its folders
    samples: frozenset[str]  # a test of each exercise

    def grade(self, source: str, only: frozenset[str] | None = None) -> Report:
        return self.grader.grade(Submission("s01", "gpt2", {FILE: source.encode()}), only)

    def attack(self, attack: Attack, folder: Path) -> Report:
        """The report of an attack handed in, once nothing is seen to have been harmed."""
        attack.write(folder / "s01/gpt2", self.course, self.outside)
        student = Student("s01", folder / "s01")
        return self.grade_safely(read_submission(student, self.assignment))

    def grade_safely(self, submission: Submission | str) -> Report:
        before = self.traces()
        report = (
            self.grade(submission) if isinstance(submission, str) else self.grader.grade(submission)
        )
        assert self.traces() == before
        assert report.status == "graded", report.reason
        neighbour = self.grade(REFERENCE, self.samples)
        assert set(statuses(neighbour)) == {"passed"}, "a neighbour has lost points"
        return report

    def traces(self) -> list[object]:
        session = [pid for pid, sid, _ in processes() if sid == self.zygote]
        files = sorted((str(path), *marks(path)) for path in self.course.rglob("*"))
        outside = [(path.read_text(), *marks(path)) for path in self.outside.iterdir()]
        left = [*Path("/tmp").glob("left-*"), *Path("/dev/shm").glob("left-*")]  # noqa: S108
        return [session, files, outside, left, list(self.children.iterdir())]


def marks(path: Path) -> tuple[int, ...]:
    status = path.stat()
    return status.st_mode, status.st_uid, status.st_mtime_ns, status.st_size, status.st_nlink


def processes() -> Iterator[tuple[int, int, int]]:
    """Each with its session, which a child of a zygote shares and cannot leave, and its parent."""
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        yield int(entry.parent.name), int(fields[3]), int(fields[1])


def statuses(report: Report) -> list[str]:
    return [test.status for test in report.tests]


def make_course(folder: Path) -> tuple[Path, Path]:
    """The real assignment in a course of its own, with a classmate's work; and a place outside."""
    course, outside = folder / "course", folder / "outside"
    for part in ("assignments/gpt2", "tests/gpt2", "solutions/gpt2"):
        shutil.copytree(ROOT / part, course / part)
    shutil.copytree(course / "solutions/gpt2", course / "submissions/s02/gpt2")
    report = course / "reports/gpt2/s02.json"
    report.parent.mkdir(parents=True)
    report.write_text('{"score": 12}')
    outside.mkdir()
    watched = outside / "watched.txt"
    watched.write_text("as it was")
    watched.chmod(0o666)  # the weakest protection there can be
    return course, outside


@contextmanager
def warm_world(folder: Path) -> Iterator[World]:
    course, outside = make_course(folder)
    limits = Limits(import_s=8, call_s=3, submission_s=60)  # seconds: loops must not last long
    assignment: Assignment = msgspec.structs.replace(load_assignment(course, "gpt2"), limits=limits)
    others = {pid for pid, _, parent in processes() if parent == os.getpid()}
    os.environ[SECRET] = "0123"
    try:
        with Grader(assignment, known_gaps(assignment), Options()) as grader:
            (zygote,) = (pid for pid, _, parent in processes()
                         if parent == os.getpid() and pid not in others)  # fmt: skip
            last = Path(f"/proc/{zygote}/cmdline").read_text().split("\0")[-2]  # its last argument
            samples = frozenset(exercise.tests[-1].id for exercise in assignment.exercises)
            world = World(course, outside, assignment, grader, zygote, Path(last), samples)
            assert world.grade(REFERENCE).score == assignment.max_score
            yield world
        assert not world.children.exists()
    finally:
        del os.environ[SECRET]
        for name, module in list(sys.modules.items()):  # the next test has a course of its own
            if (getattr(module, "__file__", None) or "").startswith(str(course)):
                del sys.modules[name]
