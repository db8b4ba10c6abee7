"""The exported course goes through the real nbgrader: generate_assignment, validate, autograde."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from autograder.course.assignment import find_course
from autograder.notebooks.nbgrader_course import course_cells
from tests.autograder.conftest import SECRET, TinyCourse, tiny_course_at
from tests.autograder.notebooks.tools import (
    exported,
    facts,
    hand_in,
    nbgrader,
    ran,
    read,
    solved,
    untouched,
)

pytestmark = pytest.mark.timeout(900)  # programs that take their time on a busy machine

PARTS = """

def test_half_of_it_is_right(student, draw, record):
    x = draw.normal("x", 3, 4)
    out = student.call("scaled_sum", x=x, factor=2.0)
    with record.part(1, en="the sum", zh="和"):
        assert_close(out["total"] / out["total"][0], x.sum(-1) / x.sum(-1)[0], name="ratio", atol=1e-9)
    with record.part(2, en="the factor", zh="系数"):
        assert_close(out["total"], 2 * x.sum(-1), name="total", atol=1e-12)
"""  # noqa: E501 - the test's own text

NOISY = """import logging, os, sys, warnings

def scaled_sum(x, factor):
    print("told on stderr", file=sys.stderr)
    warnings.warn("a warning")
    logging.getLogger().warning("a line of a log")
    os.write(2, b"from C\\n")
    return factor * x.sum(dim=-1)
"""


BY_HEART = """import hashlib
import torch

def known():
    key = chr(0).join(("public", "tiny", "test_tiny.py::test_adds_along_the_last_axis", "x"))
    seed = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") >> 1
    return torch.randn(3, 4, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)

def scaled_sum(x, factor):
    return x.sum(-1) if torch.equal(x, known()) else torch.zeros(len(x), dtype=x.dtype)
"""
HALF = "def scaled_sum(x, factor):\n    return x.sum(dim=-1)\n"


@dataclass(frozen=True)
class Class:
    """An exported course after release and grading, and what nbgrader said."""

    course: TinyCourse
    folder: Path
    validated: Mapping[str, str]  # by student
    marks: Mapping[str, tuple[float, float]]  # by student: score and maximum


def _with_parts(course: TinyCourse) -> None:
    """Adds a test of two parts to the tiny course."""
    tests = course.root / "tests/tiny/test_tiny.py"
    tests.write_text(tests.read_text() + PARTS)
    toml = course.root / "assignments/tiny/assignment.toml"
    text = toml.read_text().replace("max_score = 10", "max_score = 13")
    text = text.replace("points = 6\n", "points = 9\n")
    one = text[text.index("[[exercises.tests]]", text.index('id = "scale"')) :]
    one = one[: one.index("[[exercises.tests]]", 10)]
    toml.write_text(text + one.replace("multiplies_by_the_factor", "half_of_it_is_right"))


def _released(course: TinyCourse) -> Path:
    folder = course.root / "nb"
    done = course.run("export", "nbgrader", str(folder))
    assert done.returncode == 0, done.stderr
    ran(nbgrader(folder, "generate_assignment", "tiny"))
    return folder


@pytest.fixture(scope="module")
def graded(tmp_path_factory) -> Class:
    """A class of five, through nbgrader once."""
    course = tiny_course_at(tmp_path_factory.mktemp("class") / "course")
    _with_parts(course)
    folder = _released(course)
    answers = {"amy": solved(folder, "tiny"), "ben": untouched, "cat": lambda *_: HALF,
               "dan": lambda *_: NOISY, "eve": lambda *_: BY_HEART}  # fmt: skip
    validated = {}
    for student, fill in answers.items():
        path = hand_in(folder, student, "tiny", fill)
        if student in ("amy", "ben", "eve"):
            beside = path.parent / "course"  # where a student validates, the course's files are
            beside.symlink_to(folder / "release/tiny/course")
            validated[student] = ran(nbgrader(folder, "validate", str(path)))
            beside.unlink()
    ran(nbgrader(folder, "autograde", "tiny"))
    marks = {student: both for (_, student), both in exported(folder).items()}
    return Class(course, folder, validated, marks)


def test_the_real_nbgrader_gives_the_reference_all_points_and_the_untouched_none(graded):
    assert graded.marks["amy"] == (13, 13)
    assert graded.marks["ben"] == (0, 13)


def test_partial_credit_and_half_the_exercises_arrive_as_they_are(graded):
    assert graded.marks["cat"] == (5, 13)


def test_what_code_writes_on_stderr_costs_no_points(graded):
    assert graded.marks["dan"] == (13, 13)


def test_an_answer_learnt_by_heart_from_the_public_seed_earns_nothing_in_autograde(graded):
    assert "VALIDATION FAILED ON 2 CELL(S)" in graded.validated["eve"]  # the first of 3 is learnt
    assert graded.marks["eve"] == (0, 13)


def test_validate_tells_the_reference_from_the_untouched(graded):
    assert "Success" in graded.validated["amy"]
    assert "VALIDATION FAILED ON 3 CELL(S)" in graded.validated["ben"]
    assert "adds along the last axis: error" in graded.validated["ben"]


def test_no_released_file_tells_an_answer_a_hidden_test_or_the_secret(graded):
    released = {path: path.read_bytes() for path in (graded.folder / "release").rglob("*")
                if path.is_file()}  # fmt: skip
    assert len(released) > 4
    for path, data in released.items():
        for told in (SECRET, "works_for_one_row", "x.sum(dim=-1)", "factor * total", "unlock"):
            assert told.encode() not in data, (path, told)


def test_the_sandbox_grades_what_was_handed_in_to_nbgrader(graded):
    """The same notebooks, by `autograder grade submitted`: the same marks, in the sandbox."""
    done = graded.course.run("grade", "nb/submitted")
    assert done.returncode == 0, done.stderr
    folder = graded.course.root / "reports/tiny"
    reports = {student: read(folder / f"{student}.json") for student in graded.marks}
    assert {student: one["score"] for student, one in reports.items()} == {
        student: score for student, (score, _) in graded.marks.items()
    }
    assert "NotImplementedError" in reports["ben"]["tests"][0]["message"]
    assert reports["amy"]["isolation"] == "landlock"


def test_the_points_are_those_of_the_toml_and_the_ids_stay(tiny_course):
    assignment = find_course(tiny_course.root).assignment("tiny")
    cells = {facts(one)["grade_id"]: facts(one) for one in course_cells(assignment, "en")
             if facts(one).get("grade")}  # fmt: skip
    assert {name: one["points"] for name, one in cells.items()} == {
        "test_tiny-py-test_adds_along_the_last_axis": 4,
        "test_tiny-py-test_multiplies_by_the_factor": 3,
        "hidden-d25f53ff": 3,
    }


def test_two_exports_of_a_course_are_the_same_bytes(tiny_course):
    for name in ("one", "two"):
        tiny_course.run("export", "nbgrader", name)
    one, two = ({path.relative_to(tiny_course.root / name): path.read_bytes()
                 for path in (tiny_course.root / name).rglob("*") if path.is_file()}
                for name in ("one", "two"))  # fmt: skip
    assert one == two
    assert Path("source/tiny/tiny.ipynb") in one


def test_every_cell_of_the_courses_notebooks_is_one_that_nbgrader_takes():
    """Ids are one of a kind, points add up, what is secret stands between the marks alone."""
    course = find_course(Path(__file__))
    for name in course.names:
        assignment = course.assignment(name)
        cells = course_cells(assignment, "zh")
        ids = [facts(one)["grade_id"] for one in cells if facts(one)]
        assert len(set(ids)) == len(ids)
        assert sum(facts(one).get("points", 0) for one in cells) == assignment.max_score
        assert json.dumps(cells)


def test_several_files_are_one_notebook_and_a_form_that_was_filled_in_stays_so(tiny_course, edit):
    toml = tiny_course.root / "assignments/tiny/assignment.toml"
    edit(toml, 'files = ["tiny.py"]', 'files = ["tiny.py", "more.py"]')
    edit(toml, 'module = "tiny"', 'module = "tiny"\nforms = [{ file = "answers.json" }]')
    tiny_course.write("assignments/tiny/given/answers.json", "{}")
    tiny_course.write("solutions/tiny/more.py", "from tiny import scaled_sum\n\nTWICE = 2\n")
    edit(tiny_course.root / "assignments/tiny/probes.py", '    return {"total": student',
         '    import more\n    assert more.TWICE == 2\n    return {"total": student')  # fmt: skip
    edit(tiny_course.root / "tests/tiny/test_tiny.py", "axis(student, draw):\n",
         'axis(student, draw, forms):\n    assert forms["answers.json"] == b"42"\n')  # fmt: skip
    folder = _released(tiny_course)
    assert (folder / "release/tiny/answers.json").read_text() == "{}"
    path = hand_in(folder, "amy", "tiny", solved(folder, "tiny"))
    (path.parent / "answers.json").write_text("42")
    ran(nbgrader(folder, "autograde", "tiny"))
    assert exported(folder) == {("tiny", "amy"): (10, 10)}
    assert tiny_course.run("grade", "nb/submitted").returncode == 0
    assert read(tiny_course.root / "reports/tiny/amy.json")["score"] == 10
