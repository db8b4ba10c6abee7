"""assignment.toml: what is read, and what is refused and how."""

from __future__ import annotations

import pytest

from autograder.course.assignment import find_course, load_assignment
from autograder.errors import CourseError


def test_the_file_becomes_frozen_values(tiny_course):
    assignment = load_assignment(tiny_course.root, "tiny")
    assert assignment.files == ("tiny.py",)
    assert [exercise.points for exercise in assignment.exercises] == [4, 6]
    assert assignment.limits.call_s == 2.0
    assert assignment.limits.import_s == 10.0
    assert assignment.tests[2].visibility == "hidden"
    with pytest.raises(AttributeError):
        assignment.max_score = 1


def test_texts_are_read_in_both_languages(tiny_course):
    title = load_assignment(tiny_course.root, "tiny").title
    assert (title.in_language("en"), title.in_language("zh")) == ("A tiny task", "小任务")


def test_a_course_is_found_from_a_folder_inside_it(tiny_course):
    inside = tiny_course.root / "assignments" / "tiny"
    assert find_course(inside).names == ("tiny",)


def test_a_folder_without_a_course_is_refused(tmp_path):
    with pytest.raises(CourseError, match=r"no assignments/ and solutions/ here or above\. Do: "):
        find_course(tmp_path)


def test_an_unknown_assignment_is_refused_with_the_known_ones(tiny_course):
    with pytest.raises(CourseError, match=r"gpt3: no such assignment \(there is: tiny\)\. Do: "):
        find_course(tiny_course.root).assignment("gpt3")


def test_the_reported_seed_tells_secrets_apart_but_not_the_secret(tiny_course, edit):
    before = load_assignment(tiny_course.root, "tiny").seed
    edit(
        tiny_course.root / "assignments/tiny/assignment.toml",
        "5f2c1e8a90b34d67",
        "another-secret-of-24-chars",
    )
    after = load_assignment(tiny_course.root, "tiny").seed
    assert before != after
    assert 0 <= before < 2**31


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('name = "tiny"', 'name = "tiny', "line 1"),
        ('name = "tiny"', 'name = "other"', "name is 'other' but the folder is 'tiny'"),
        ('"5f2c1e8a90b34d67"', '"abc"', "secret has fewer than 16 characters"),
        ("call_s = 2.0", "call_s = 1e8", "limits: a value is not below 1e"),
        ('profile = "torch"', 'profile = "tensorflow"', "profile 'tensorflow' is none of: torch"),
        ("max_score = 10", "max_score = 11", "max_score is 11, the exercises have 10"),
        ("points = 4\ntitle", "points = 5\ntitle", "exercise sum has 5 points, its tests 4"),
        ("max_score = 10", 'max_score = "ten"', r"Expected `float`, got `str` - at `\$.max_score`"),
        ("[limits]", "[consensus]\nbonus = -1\n[limits]", "consensus: bonus is -1, no number of"),
        ("max_score = 10", "max_score = 10\ncolour = 1", "unknown field `colour`"),
        ('profile = "torch"\n', "", "missing required field `profile`"),
        ('files = ["tiny.py"]', 'files = ["../x.py", "tiny.py"]', "'../x.py' leaves the folder"),
        ('files = ["tiny.py"]', 'files = ["other.py"]', "tiny.py, which module names, is not"),
        ('id = "scale"', 'id = "sum"', "exercise sum stands twice"),
        ("::test_multiplies_by_the_factor", "::test_adds_along_the_last_axis", "stands twice"),
        ("hidden/test_tiny.py", "test_tiny.py", "is hidden, but files in hidden/ are hidden"),
        ('"test_tiny.py::test_mult', '"hidden/test_tiny.py::test_mult', "is public, but files"),
        ('secret = "5f2c1e8a90b34d67"\n', "", "needs a secret that seeds it"),
        ("test_tiny.py::test_adds", "test_adds", "is not file::function"),
        ("call_s = 2.0", "call_seconds = 2.0", "unknown field `call_seconds`"),
    ],
)
def test_a_wrong_file_is_refused_in_one_line(tiny_course, edit, old, new, complaint):
    path = tiny_course.root / "assignments/tiny/assignment.toml"
    edit(path, old, new)
    with pytest.raises(CourseError, match=complaint) as caught:
        load_assignment(tiny_course.root, "tiny")
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "Do: " in message
    assert "\n" not in message


def test_a_file_that_is_not_utf8_is_refused(tiny_course):
    path = tiny_course.root / "assignments/tiny/assignment.toml"
    path.write_bytes(b"name = \xff")
    with pytest.raises(CourseError, match="utf-8"):
        load_assignment(tiny_course.root, "tiny")
