"""Late policies and overrides by the command line: applied to what is kept, shown everywhere."""

from __future__ import annotations

import csv
import io
import json

import pytest

from tests.autograder.conftest import tiny_course_at

GOOD = "return factor * x.sum(dim=-1)"
LATE = """
[late]
deadline = 2026-10-01T23:59:00+08:00
percent_a_day = 10
"""
TIMES = "student,time\ns01,2026-10-01 23:00\ns02,2026-10-03 00:30\n"
OVERRIDE = """
[[overrides]]
student = "s01"
assignment = "tiny"
exercise = "scale"
points = -1.5
reason = "copied from a friend"
"""


@pytest.fixture(scope="module")
def graded_once(tmp_path_factory):
    """A class of two, both right, graded once without policy and overrides."""
    course = tiny_course_at(tmp_path_factory.mktemp("graded") / "course")
    for student in ("s01", "s02"):
        course.hand_in(student, GOOD)
    assert _grade(course) == {"s01": (10, False), "s02": (10, False)}
    return course


@pytest.fixture
def graded_class(graded_once, tmp_path):
    """The same, for one test."""
    return graded_once.copy(tmp_path / "graded")


def _grade(course, *arguments):
    """Each student's final score, and whether the result was kept."""
    result = course.run("grade", "submissions", "--progress", "json", *arguments)
    assert result.returncode == 0, result.stderr
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    return {line["student"]: (line["score"], line["kept"]) for line in lines}


def _toml(course, text):
    path = course.root / "assignments/tiny/assignment.toml"
    path.write_text(path.read_text() + text)


def _report(course, student):
    return json.loads((course.root / f"reports/tiny/{student}.json").read_text())


def test_a_deadline_forces_no_regrade_and_is_applied_to_kept_results(graded_class):
    _toml(graded_class, LATE)
    graded_class.write("times.csv", TIMES)
    assert _grade(graded_class, "--times", "times.csv") == {"s01": (10, True), "s02": (8, True)}
    report = _report(graded_class, "s02")
    assert (report["score"], report["final_score"]) == (10, 8)
    assert [one["score"] for one in report["exercises"]] == [4, 6]
    (late,) = report["adjustments"]
    assert (late["kind"], late["points"]) == ("late", -2)
    assert "2026-10-03 00:30+08:00 (by the list of times)" in late["reason"]
    later = LATE.replace("10-01T", "10-09T")
    path = graded_class.root / "assignments/tiny/assignment.toml"
    path.write_text(path.read_text().replace(LATE, later))
    assert _grade(graded_class, "--times", "times.csv") == {"s01": (10, True), "s02": (10, True)}


def test_a_regrade_without_the_list_keeps_what_it_took_off_until_another_is_given(graded_class):
    _toml(graded_class, LATE)
    graded_class.write("times.csv", TIMES)
    _grade(graded_class, "--times", "times.csv")
    (graded_class.root / "times.csv").unlink()
    again = graded_class.run("grade", "submissions", "--no-cache", "--lang", "en")
    (line,) = again.stderr.splitlines()
    assert line == (
        "autograder: tiny: times by reports/tiny/times.csv, the list that an earlier run was given"
    )
    assert _report(graded_class, "s02")["final_score"] == 8
    elsewhere = graded_class.write(
        "of-other.csv", "student,assignment,time\ns02,other,2026-12-01 00:00\n"
    )
    assert _grade(graded_class, "--times", elsewhere.name) == {"s01": (10, True), "s02": (8, True)}
    graded_class.write("newer.csv", TIMES.replace("10-03", "10-01"))
    assert _grade(graded_class, "--times", "newer.csv") == {"s01": (10, True), "s02": (10, True)}
    assert _grade(graded_class) == {"s01": (10, True), "s02": (10, True)}


def test_of_whom_no_time_is_known_is_told_and_nothing_taken_off(graded_class):
    _toml(graded_class, LATE)
    graded_class.write("times.csv", "student,time\ns01,2026-10-09 00:00\n")
    result = graded_class.run("grade", "submissions", "--times", "times.csv")
    assert "tiny: nothing says when s02 handed in; nothing was taken off. Do: " in result.stderr
    assert _report(graded_class, "s02")["final_score"] == 10
    assert _report(graded_class, "s01")["final_score"] < 10


def test_an_override_forces_no_regrade_and_is_in_every_table(graded_class):
    graded_class.write("overrides.toml", OVERRIDE)
    assert _grade(graded_class) == {"s01": (8.5, True), "s02": (10, True)}
    report = _report(graded_class, "s01")
    assert report["adjustments"] == [
        {"kind": "override", "points": -1.5, "reason": "Scale: copied from a friend"}
    ]
    table = (graded_class.root / "reports/tiny/grades.csv").read_text(encoding="utf-8-sig")
    row = next(csv.DictReader(io.StringIO(table)))
    assert (row["score"], row["final_score"]) == ("10", "8.5")
    assert row["adjustments"] == "override -1.5: Scale: copied from a friend"
    for target in ("moodle", "canvas"):
        assert graded_class.run("export", target, f"{target}.csv").returncode == 0
    assert "8.5" in (graded_class.root / "canvas.csv").read_text()
    assert "copied from a friend" in (graded_class.root / "moodle.csv").read_text()
    (graded_class.root / "overrides.toml").unlink()
    assert _grade(graded_class) == {"s01": (10, True), "s02": (10, True)}


def test_an_override_stays_when_all_is_graded_afresh(graded_class):
    graded_class.write("overrides.toml", OVERRIDE)
    assert _grade(graded_class, "--no-cache") == {"s01": (8.5, False), "s02": (10, False)}


def test_an_override_of_nobody_stops_a_class_and_is_told_to_a_single_student(graded_class):
    graded_class.write("overrides.toml", OVERRIDE.replace("s01", "s011"))
    result = graded_class.run("grade", "submissions")
    assert result.returncode == 2
    assert "no student 's011' has handed in tiny: is it 's01'?" in result.stderr
    alone = graded_class.run("grade", "submissions/s02")
    assert alone.returncode == 0
    assert "'s011'" in alone.stderr


def test_a_student_of_an_earlier_run_is_somebody(graded_class):
    graded_class.write("overrides.toml", OVERRIDE)
    alone = graded_class.run("grade", "submissions/s02")
    assert (alone.returncode, alone.stderr) == (0, "")


def test_the_terminal_and_the_page_show_why(graded_class):
    graded_class.write("overrides.toml", OVERRIDE)
    shown = graded_class.run("grade", "submissions/s01", "--lang", "zh")
    assert "改分 -1.5" in shown.stdout
    pages = (graded_class.root / "reports").rglob("*.html")
    assert any("copied from a friend" in page.read_text() for page in pages)
