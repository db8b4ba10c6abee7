"""`autograder compare`: what a regrade changed and for whom, and nothing of what it did not."""

from __future__ import annotations

import pytest

from autograder.course.assignment import load_assignment
from autograder.reports.schema import encode
from tests.autograder.reports.site.made import a_report

GOOD = "return factor * x.sum(dim=-1)"
NO_FACTOR = "return x.sum(dim=-1)"


def _grade(course, folder):
    done = course.run("grade", "submissions", "--output", folder, "--lang", "en")
    assert done.returncode == 0, done.stderr


def test_a_regrade_is_told_by_student_by_test_and_in_sum(known_course, edit):
    for student, body in [("s01", GOOD), ("s02", NO_FACTOR), ("s03", NO_FACTOR), ("s04", GOOD)]:
        known_course.hand_in(student, body)
    _grade(known_course, "old")
    known_course.hand_in("s02", GOOD)
    known_course.hand_in("s05", GOOD)
    (known_course.root / "submissions/s04/tiny/tiny.py").unlink()
    (known_course.root / "submissions/s04/tiny").rmdir()
    (known_course.root / "submissions/s04").rmdir()
    _grade(known_course, "new")
    done = known_course.run("compare", "old", "new", "--lang", "en")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "tiny s02: 4 → 10 / 10 (another submission)",
        "  +3  multiplies by the factor: failed → passed",
        "  +3  works for one row: failed → passed",
        "tiny s04: 10 → – / 10 (only in the old run)",
        "tiny s05: – → 10 / 10 (only in the new run)",
        "3 of 5 reports changed",
        "tiny: more points: 1, only in the new run 1, only in the old run 1",
        "  tiny hidden/test_tiny.py::test_works_for_one_row: more points: 1",
        "  tiny test_tiny.py::test_multiplies_by_the_factor: more points: 1",
    ]


def test_a_harder_test_is_told_even_where_the_submission_is_the_same(known_course, edit):
    known_course.hand_in("s01", GOOD)
    _grade(known_course, "old")
    edit(known_course.root / "tests/tiny/test_tiny.py", "2.5 * x.sum(-1)", "2.25 * x.sum(-1)")
    _grade(known_course, "new")
    done = known_course.run("compare", "old/tiny", "new/tiny", "--lang", "zh")
    assert done.stdout.splitlines()[:2] == [
        "tiny s01: 10 → 7 / 10", "  -3  multiplies by the factor: 通过 → 未通过",
    ]  # fmt: skip


def test_what_is_the_same_but_for_its_times_is_no_change(known_course):
    known_course.hand_in("s01", NO_FACTOR)
    _grade(known_course, "old")
    done = known_course.run("grade", "submissions", "--no-cache", "--output", "new")
    assert done.returncode == 0
    files = ("old/tiny/s01.json", "new/tiny/s01.json")
    for pair in (("old", "new"), files):
        done = known_course.run("compare", *pair, "--lang", "en")
        assert done.stdout == "0 of 1 reports changed\n"


def test_what_does_not_show_in_a_name_shows(tiny_course):
    assignment = load_assignment(tiny_course.root, "tiny")
    for folder, status in [("old", "passed"), ("new", "failed")]:
        report = a_report(assignment, "s01\x1b\u202e", (status, "passed", "passed"))
        path = tiny_course.root / folder / "s01.json"
        path.parent.mkdir()
        path.write_bytes(encode(report))
    done = tiny_course.run("compare", "old", "new", "--lang", "en")
    assert done.stdout.splitlines()[0] == "tiny s01‹U+001B›‹U+202E›: 10 → 6 / 10"


@pytest.mark.parametrize(
    "pair", [("nowhere", "here"), ("here", "nowhere"), ("here/a.json", "here")]
)
def test_what_holds_no_reports_is_one_line_and_exit_code_2(tiny_course, pair):
    (tiny_course.root / "here").mkdir()
    done = tiny_course.run("compare", *pair)
    assert done.returncode == 2
    assert ": no reports in it. Do: name a report, or a folder that `grade` wrote" in done.stderr
    assert len(done.stderr.splitlines()) == 1
