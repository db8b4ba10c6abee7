"""overrides.toml: what is read, and what is refused with the name at fault."""

from __future__ import annotations

import pytest

from autograder.course.assignment import Course
from autograder.course.overrides import of_student, read_overrides, unknown_students
from autograder.errors import CourseError

FIRST = '[[overrides]]\nstudent = "s01"\nassignment = "tiny"\n'


def _read(course, text):
    course.write("overrides.toml", text)
    return read_overrides(Course(root=course.root, names=("tiny",)))


def test_without_the_file_there_are_none(tiny_course):
    assert read_overrides(Course(root=tiny_course.root, names=("tiny",))) == ()


def test_exercises_come_before_the_whole(tiny_course):
    text = f'{FIRST}score = 5\nreason = "oral"\n{FIRST}exercise = "sum"\npoints = 1\nreason = "x"\n'
    overrides = _read(tiny_course, text)
    assert [one.exercise for one in of_student(overrides, "s01", "tiny")] == ["sum", ""]
    assert of_student(overrides, "s02", "tiny") == []
    assert of_student(overrides, "s01", "other") == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (f'{FIRST}reason = "x"', "s01 / tiny: give a score, or points, and not both"),
        (f'{FIRST}score = 1\npoints = 1\nreason = "x"', "not both"),
        (f'{FIRST}score = 1\nreason = " "', "the reason is empty"),
        (f"{FIRST}score = 1", "reason"),
        (f'{FIRST}score = 11\nreason = "x"', "11 is not between 0 and 10"),
        (f'{FIRST}score = -1\nreason = "x"', "-1 is not between 0 and 10"),
        (f'{FIRST}score = nan\nreason = "x"', "nan is not between 0 and 10"),
        (f'{FIRST}points = inf\nreason = "x"', "no number of points"),
        (f'{FIRST}exercise = "sum"\nscore = 5\nreason = "x"', "5 is not between 0 and 4"),
        (f'{FIRST}exercise = "sun"\nscore = 1\nreason = "x"', "no such exercise: is it 'sum'?"),
        (f'{FIRST}points = 1\nreason = "x"\n{FIRST}points = 2\nreason = "y"', "stands twice"),
        (f'{FIRST}score = "1"\nreason = "x"', "score"),
        ("[[override]]\n", "override"),
        ("[[overrides]\n", "Expected"),
        (
            '[[overrides]]\nstudent = "s01"\nassignment = "tinny"\nscore = 1\nreason = "x"',
            "no assignment 'tinny': is it 'tiny'?",
        ),
    ],
)
def test_what_is_wrong_is_said_in_one_line(tiny_course, text, problem):
    with pytest.raises(CourseError) as refused:
        _read(tiny_course, text)
    assert problem in str(refused.value)
    assert "\n" not in str(refused.value)
    assert str(refused.value).startswith(str(tiny_course.root / "overrides.toml"))


def test_of_an_unknown_student_the_likeliest_known_one_is_said(tiny_course):
    overrides = _read(tiny_course, f'{FIRST}score = 5\nreason = "x"\n')
    assert unknown_students(overrides, "tiny", {"s01"}) == []
    assert unknown_students(overrides, "tiny", {"s10", "ada"}) == [
        "no student 's01' has handed in tiny: is it 's10'?"
    ]
