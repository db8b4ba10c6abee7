"""What lies in the zip, and what the wheel in it is."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from autograder.course.assignment import Course, load_assignment
from autograder.course.exporting import Export
from autograder.errors import CourseError
from autograder.gradescope.wheel import pinned
from autograder.gradescope.zipped import autograder_zip, export_zip


@pytest.fixture
def packed(tiny_course):
    tiny_course.hand_in("s01", "return 1")
    tiny_course.write("overrides.toml", "")
    data = autograder_zip(load_assignment(tiny_course.root, "tiny"), "none", "zh")
    return zipfile.ZipFile(io.BytesIO(data))


def test_the_course_is_in_it_as_far_as_grading_reads_it(packed):
    names = {name for name in packed.namelist() if name.startswith("course/")}
    assert names == {
        "course/assignments/tiny/README.md", "course/assignments/tiny/assignment.toml",
        "course/assignments/tiny/probes.py", "course/solutions/tiny/tiny.py",
        "course/tests/tiny/hidden/test_tiny.py", "course/tests/tiny/test_tiny.py",
    }  # fmt: skip


def test_its_scripts_can_be_run_and_it_knows_the_choices(packed):
    for name in ("setup.sh", "run_autograder"):
        assert packed.getinfo(name).external_attr >> 16 & 0o777 == 0o755
    assert json.loads(packed.read("gradescope.json")) == {
        "assignment": "tiny", "without_landlock": "none", "language": "zh",
    }  # fmt: skip


def test_the_versions_are_those_that_are_installed_here(packed):
    lines = packed.read("requirements.txt").decode().splitlines()
    names = {line.partition("==")[0] for line in lines}
    assert {"torch", "transformers", "pytest", "msgspec", "landlockpy"} <= names
    assert "autograder" not in names
    assert all("==" in line and "+" not in line for line in lines)


def test_the_wheel_holds_all_of_the_grader(packed):
    name = next(one for one in packed.namelist() if one.endswith(".whl"))
    wheel = zipfile.ZipFile(io.BytesIO(packed.read(name)))
    files = set(wheel.namelist())
    assert {"autograder/cli.py", "autograder/gradescope/setup.sh",
            "autograder/course/template/Makefile"} <= files  # fmt: skip
    record = wheel.read(next(one for one in files if one.endswith("RECORD"))).decode()
    assert {line.split(",")[0].strip('"') for line in record.splitlines()} == files


def test_the_same_course_gives_the_same_zip(tiny_course):
    assignment = load_assignment(tiny_course.root, "tiny")
    first, second = (autograder_zip(assignment, "refuse", "en") for _ in range(2))
    assert first == second


def test_pins_leave_out_what_is_not_here():
    assert pinned(["msgspec", "no-such-distribution"]).keys() == {"msgspec"}


def test_one_zip_is_of_one_assignment(tiny_course, tmp_path):
    one = load_assignment(tiny_course.root, "tiny")
    course = Course(root=tiny_course.root, names=("tiny", "other"))
    call = Export(course, tmp_path / "x.zip", (one, one), tmp_path, "en")
    with pytest.raises(CourseError, match="name it with --assignment"):
        list(export_zip(call))
