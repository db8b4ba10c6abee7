"""Which files of a course an assignment's grading reads."""

from __future__ import annotations

from autograder.course.assignment import load_assignment
from autograder.course.files import graded_files


def _names(course):
    return set(graded_files(load_assignment(course.root, "tiny")))


def test_they_are_the_assignments_own_in_three_folders(tiny_course):
    tiny_course.write("tests/tiny/__pycache__/x.pyc", "")
    tiny_course.write("tests/other/test_other.py", "")
    assert _names(tiny_course) == {
        "assignments/tiny/README.md", "assignments/tiny/assignment.toml",
        "assignments/tiny/probes.py", "solutions/tiny/tiny.py",
        "tests/tiny/hidden/test_tiny.py", "tests/tiny/test_tiny.py",
    }  # fmt: skip


def test_and_what_they_import_from_other_folders_of_the_course(tiny_course):
    tiny_course.write(
        "tests/tiny/a.py", "from tests.laws import LAW\nimport solutions.data.world\n"
    )
    tiny_course.write("tests/tiny/b.py", "def f():\n    from assignments import shared\n")
    tiny_course.write("tests/laws.py", "from tests.more import MORE\n")
    tiny_course.write("tests/more/__init__.py", "MORE = 1\n")
    tiny_course.write("solutions/data/world.toml", "")
    tiny_course.write("assignments/shared.py", "from tests.laws import LAW\n")
    assert _names(tiny_course) >= {
        "tests/laws.py", "tests/more/__init__.py", "solutions/data/world.toml",
        "assignments/shared.py",
    }  # fmt: skip


def test_a_file_that_is_no_python_is_taken_as_it_is(tiny_course):
    tiny_course.write("tests/tiny/broken.py", "def (:\n")
    assert "tests/tiny/broken.py" in _names(tiny_course)


def test_a_folder_behind_a_link_counts_and_one_that_leads_back_is_no_trap(tiny_course, tmp_path):
    hidden = tiny_course.root / "tests/tiny/hidden"
    hidden.rename(tmp_path / "private")
    hidden.symlink_to(tmp_path / "private")
    (tmp_path / "private/again").symlink_to(tiny_course.root / "tests/tiny")
    assert "tests/tiny/hidden/test_tiny.py" in _names(tiny_course)
