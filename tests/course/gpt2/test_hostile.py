"""Submissions that attack: each ends as its own failure, gains nothing and leaves no trace.

hostile/ holds one attack a file. It is appended to a right answer, or to an honest but wrong one,
and goes the way of every submission; the same code without the attack says what it was worth.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from autograder.course.assignment import Assignment, load_assignment
from autograder.course.masked import known_gaps
from autograder.grading.grade import Grader
from autograder.grading.options import Options
from autograder.intake.submission import Submission
from autograder.reports.schema import Report
from autograder.sandbox.limits import Limits

ROOT = Path(__file__).parents[3]
HOSTILE = Path(__file__).parent / "hostile"
NAIVE = Path(__file__).parent / "naive_grader.py"
FILE = "modeling_gpt2.py"

# An honest mistake: MLP and attention add nothing. Most attacks try to hide just this.
WRONG = """
MLP.forward = lambda self, x: torch.zeros_like(x)
Attention.attend = lambda self, query, *_: self.merge_heads(torch.zeros_like(query))
"""

# Attacks on the right answer that spoil one exercise (and the few tests of the whole model that
# need it): name -> the exercise, and the ways its tests end.
SPOILED = {
    "endless_loop": ("generation", "timeout"),
    "stops_itself": ("mlp", "timeout"),
    "huge_allocation": ("mlp", "limit"),
    "thread_flood": ("mlp", "limit"),
    "enormous_answer": ("mlp", "limit", "error"),  # error: where it is added to something
    "many_files": ("mlp", "limit"),
    "hides_files": ("mlp", "limit"),
    "fork_bomb": ("mlp", "error"),
    "network": ("mlp", "error"),
    "recursion": ("mlp", "error"),
    "no_tensor": ("mlp", "error", "failed"),  # failed: in vain is it asked for gradients
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

# Files that cannot be loaded at all, or that a parser chokes on: the end of the file, and how each
# of the tests ends.
UNUSABLE = {
    "syntax error": ("def forward(self, x:\n", "error"),
    "missing module": ("import torch_of_my_own\n", "error"),
    "transformers": ("from transformers import GPT2LMHeadModel\n", "error"),
    "exit at import": ("import os; os._exit(0)\n", "crashed"),
    "SystemExit at import": ("raise SystemExit(0)\n", "error"),
    "null byte": ("\0", "error"),
    "parentheses": (f"x = {'(' * 5000}{')' * 5000}\n", "error"),
    "signs": (f"x = {'-' * 100_000}1\n", "limit"),
    "sum": (f"x = {'+'.join('1' * 100_000)}\n", "error"),
    "gaps": (f"x = {'[MASK]' * 50_000}\n", "error"),
}

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
    samples: frozenset[str]  # a test of each exercise

    def grade(self, source: str, only: frozenset[str] | None = None) -> Report:
        return self.grader.grade(Submission("s01", "gpt2", {FILE: source.encode()}), only)

    def attack(self, name: str, base: str) -> Report:
        """The report of `base` with the attack added, once nothing is seen to have been harmed."""
        overlay = read(name, self.course).replace("/outside", str(self.watched.parent))
        return self.grade_safely(base + overlay)

    def grade_safely(self, source: str) -> Report:
        before = self.traces()
        report = self.grade(source)
        assert self.traces() == before
        assert report.status == "graded", report.reason
        neighbour = self.grade(REFERENCE, self.samples)
        assert set(statuses(neighbour)) == {"passed"}, "a neighbour has lost points"
        return report

    def traces(self) -> list[object]:
        session = [pid for pid, sid, _ in processes() if sid == self.zygote]
        files = sorted((str(path), *marks(path)) for path in self.course.rglob("*"))
        outside = [marks(path) for path in self.watched.parent.iterdir()]
        return [session, files, outside, self.watched.read_text(), list(self.children.iterdir())]


def read(name: str, course: Path) -> str:
    return (HOSTILE / f"{name}.py").read_text(encoding="utf-8").replace("/course", str(course))


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
    limits = Limits(import_s=5, call_s=1.5, submission_s=30)  # seconds: loops must not last long
    return msgspec.structs.replace(load_assignment(course, "gpt2"), limits=limits)


@pytest.fixture(scope="module")
def world(assignment: Assignment) -> Iterator[World]:
    watched = assignment.root.parent / "outside/watched.txt"
    watched.parent.mkdir()
    watched.write_text("as it was")
    watched.chmod(0o666)  # the weakest protection there can be
    others = {pid for pid, _, parent in processes() if parent == os.getpid()}
    with Grader(assignment, known_gaps(assignment), Options()) as grader:
        (zygote,) = (pid for pid, _, parent in processes()
                     if parent == os.getpid() and pid not in others)  # fmt: skip
        children = Path(f"/proc/{zygote}/cmdline").read_text().split("\0")[-2]  # its last argument
        samples = frozenset(exercise.tests[-1].id for exercise in assignment.exercises)
        world = World(assignment.root, watched, grader, zygote, Path(children), samples)
        assert world.grade(REFERENCE).score == assignment.max_score
        yield world
    assert not world.children.exists()
    for name, module in list(sys.modules.items()):  # the next test has a course of its own
        if (getattr(module, "__file__", None) or "").startswith(str(assignment.root)):
            del sys.modules[name]


@pytest.fixture(scope="module")
def honest(world: World) -> dict[str, Report]:
    """What each base is worth without an attack."""
    reports = {base: world.grade(base) for base in (REFERENCE, REFERENCE + WRONG)}
    assert 0 < reports[REFERENCE + WRONG].score < 75
    return reports


def statuses(report: Report) -> list[str]:
    return [test.status for test in report.tests]


@pytest.mark.parametrize("name", SPOILED)
def test_an_attack_ends_as_a_failure_of_the_exercise_it_is_in(world: World, name: str) -> None:
    exercise, *endings = SPOILED[name]
    report = world.attack(name, REFERENCE)
    lost = [test for test in report.tests if test.status != "passed"]
    assert {test.status for test in lost} == set(endings)
    assert any(test.exercise == exercise for test in lost)
    assert sum(test.max_score for test in lost if test.exercise != exercise) <= WHOLE_MODEL
    assert all(test.message for test in lost if test.visibility == "public")


@pytest.mark.parametrize("name", FRUITLESS)
def test_an_attack_finds_nothing_that_makes_a_wrong_answer_right(
    world: World, honest: dict[str, Report], name: str
) -> None:
    base = REFERENCE + WRONG
    assert statuses(world.attack(name, base)) == statuses(honest[base])


@pytest.mark.parametrize("name", HARMLESS)
def test_an_attack_on_others_changes_nothing(world: World, name: str) -> None:
    assert set(statuses(world.attack(name, REFERENCE))) == {"passed"}


@pytest.mark.parametrize("name", RISKY)
def test_an_attack_is_never_worth_more_than_the_code_without_it(
    world: World, honest: dict[str, Report], name: str
) -> None:
    for base, report in honest.items():
        assert world.attack(name, base).score <= report.score


@pytest.mark.parametrize("kind", UNUSABLE)
def test_a_file_that_cannot_be_loaded_scores_nothing(world: World, kind: str) -> None:
    ending, status = UNUSABLE[kind]
    report = world.grade_safely(f"{REFERENCE}\n{ending}")
    assert set(statuses(report)) == {status}
    assert report.score == 0
    assert all(test.message for test in report.tests)


@pytest.mark.parametrize("lie", LIES)
def test_no_answer_however_odd_is_the_graders_fault(world: World, lie: str) -> None:
    overlay = read("lies", world.course).replace('"nan"', f'"{lie}"', 1)
    report = world.grade_safely(REFERENCE + overlay)
    assert report.score <= report.max_score
    assert set(statuses(report)) <= {"passed", "failed", "error"}


def test_what_hidden_tests_send_is_told_in_no_message(world: World) -> None:
    report = world.attack("tells_hidden_inputs", REFERENCE)
    assert "a hidden test sends" not in str(report)


def test_a_count_that_is_kept_in_the_sandbox_can_be_forged_and_is_worth_one_point(
    world: World,
) -> None:
    forged = read("forges_count", world.course)
    honest = forged.replace('if hasattr(self.transformer, "fed")', "if False")
    assert honest != forged
    gain = world.grade(REFERENCE + forged).score - world.grade(REFERENCE + honest).score
    assert gain <= 1


def test_the_same_attacks_win_where_student_code_runs_in_the_graders_process(
    tmp_path: Path,
) -> None:
    attacks = ("reads_answers", "writes_report", "patches_comparisons", "agreeable_tensor",
               "hunts_frames", "hunts_garbage")  # fmt: skip
    reference, report = tmp_path / "solutions/gpt2" / FILE, tmp_path / "reports/gpt2/s01.json"
    for path in (reference, report):
        path.parent.mkdir(parents=True)
    reference.write_text(REFERENCE, encoding="utf-8")
    students = [tmp_path / f"{name}.py" for name in ("honest", *attacks)]
    for path in students:
        overlay = "" if path.stem == "honest" else read(path.stem, tmp_path)
        path.write_text(REFERENCE + WRONG + overlay, encoding="utf-8")
    command = [sys.executable, NAIVE, reference, report, *students]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert json.loads(result.stdout) == {"honest": 0} | dict.fromkeys(attacks, 100)


def test_a_class_with_hostile_students_is_graded_to_its_end(
    assignment: Assignment, tmp_path: Path
) -> None:
    course, wrong = assignment.root, REFERENCE + WRONG
    sources = {
        "s01-leaves": REFERENCE + "import os; os._exit(0)\n",
        "s02-shouts": REFERENCE + read("hostile_message", course),
        "s03-forges": wrong + read("writes_report", course),
        "s04-perfect": REFERENCE,
    }
    for student, source in sources.items():
        path = tmp_path / "class" / student / "gpt2" / FILE
        path.parent.mkdir(parents=True)
        path.write_text(source, encoding="utf-8")
    (tmp_path / "class/s05-links/gpt2").mkdir(parents=True)
    (tmp_path / "class/s05-links/gpt2" / FILE).symlink_to(course / "solutions/gpt2" / FILE)
    command = [sys.executable, "-m", "autograder", "grade", tmp_path / "class", "--jobs", "2",
               "--output", tmp_path / "out"]  # fmt: skip
    result = subprocess.run(command, cwd=course, capture_output=True, timeout=120, check=False)
    assert result.returncode == 0, result.stderr.decode()
    reports = {path.stem: json.loads(path.read_text()) for path in tmp_path.glob("out/gpt2/*.json")}
    assert {name: one["status"] for name, one in reports.items()} == dict.fromkeys(
        sources, "graded"
    ) | {"s05-links": "rejected"}
    assert reports["s04-perfect"]["score"] == 100
    assert reports["s01-leaves"]["score"] == reports["s05-links"]["score"] == 0
    assert 0 < reports["s03-forges"]["score"] < 75
    page = (tmp_path / "out/index.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;alert" in page
    assert "<script" not in page
    assert b"\x1b[2J" not in result.stdout + result.stderr


def test_each_file_of_attacks_is_tried() -> None:
    tried = {*SPOILED, *FRUITLESS, *HARMLESS, *RISKY, "lies", "tells_hidden_inputs", "forges_count"}
    assert tried == {path.stem for path in HOSTILE.glob("*.py")}
