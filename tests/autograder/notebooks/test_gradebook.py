"""Scores and comments arrive in nbgrader's gradebook as they are; its own commands show them."""

from __future__ import annotations

import shutil
import sqlite3

import pytest
from nbgrader.api import Gradebook

from tests.autograder.conftest import TinyCourse, tiny_course_at
from tests.autograder.notebooks.tools import exported, hand_in, nbgrader, ran, read, solved

pytestmark = pytest.mark.timeout(900)  # programs that take their time on a busy machine

HALF = "return x.sum(dim=-1)"
WRONG = 'import sys\nprint("a line", file=sys.stderr)\nreturn x[..., 0] * 0'


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """A course with the reports of four students: all, some and no points, and one rejected."""
    course = tiny_course_at(tmp_path_factory.mktemp("graded") / "course")
    course.hand_in("amy", "return factor * x.sum(dim=-1)")
    course.hand_in("cat", HALF)
    course.hand_in("ben", WRONG)
    (course.root / "submissions/dan/tiny").mkdir(parents=True)
    assert course.run("grade", "submissions").returncode == 0
    return course


@pytest.fixture
def graded(reports, tmp_path):
    """A copy of it."""
    return TinyCourse(shutil.copytree(reports.root, tmp_path / "course"))


def _opened(path) -> Gradebook:
    return Gradebook(f"sqlite:///{path}")


def _grades(path, student):
    with _opened(path) as book:
        submitted = book.find_submission_notebook("tiny", "tiny", student)
        return {one.name: (one.auto_score, one.needs_manual_grade) for one in submitted.grades}


def _comments(path, student):
    with _opened(path) as book:
        submitted = book.find_submission_notebook("tiny", "tiny", student)
        return "\n".join(one.comment or "" for one in submitted.comments)


def _marks(path):
    """As nbgrader's export has them, less its penalties."""
    with _opened(path) as book:
        found = book.assignment_submissions("tiny")
        return {one.student.id: one.score - (one.late_submission_penalty or 0) for one in found}


def _export(course, database, *more):
    done = course.run("export", "gradebook", str(database), *more)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_each_test_has_its_score_a_zero_is_a_zero_and_nothing_waits_for_a_person(graded):
    database = graded.root / "gradebook.db"
    assert "tiny: 4 students" in _export(graded, database)
    assert _grades(database, "cat") == {
        "test_tiny-py-test_adds_along_the_last_axis": (4.0, False),
        "test_tiny-py-test_multiplies_by_the_factor": (0.0, False),
        "hidden-d25f53ff": (0.0, False),
    }
    assert set(_grades(database, "ben").values()) == {(0.0, False)}
    with _opened(database) as book:
        assert not any(one["needs_manual_grade"] for one in book.submission_dicts("tiny"))


def test_nbgraders_own_export_shows_the_same_marks(graded):
    _export(graded, graded.root / "gradebook.db")
    assert exported(graded.root) == {
        ("tiny", "amy"): (10, 10), ("tiny", "ben"): (0, 10), ("tiny", "cat"): (4, 10),
        ("tiny", "dan"): (0, 10),
    }  # fmt: skip


def test_partial_credit_arrives_as_it_is(graded, edit):
    report = graded.root / "reports/tiny/cat.json"
    whole = read(report)
    assert whole["tests"][1]["score"] == 0
    text = report.read_text()
    first = text.index('"score": 0', text.index("multiplies_by_the_factor"))
    report.write_text(text[:first] + '"score": 1.125' + text[text.index(",", first) :])
    _export(graded, graded.root / "gradebook.db")
    assert _marks(graded.root / "gradebook.db")["cat"] == 5.125


def test_comments_say_what_went_wrong_and_nothing_of_a_hidden_tests_inputs(graded):
    _export(graded, graded.root / "gradebook.db")
    told = _comments(graded.root / "gradebook.db", "cat")
    assert "failed 0 / 3 · multiplies by the factor" in told
    assert "largest difference" in told
    assert "hint: where does the factor go?" in told
    assert "adds along" not in told
    assert not _comments(graded.root / "gradebook.db", "amy")


def test_a_bonus_and_a_late_penalty_are_counted_and_told(graded):
    report = graded.root / "reports/tiny/amy.json"
    report.write_text(report.read_text().replace(
        '"adjustments": []',
        '"adjustments": [{"kind": "bonus", "points": 2.0, "reason": "an <i>idea</i>"},'
        ' {"kind": "late", "points": -1.5, "reason": "a day"}]',
    ))  # fmt: skip
    _export(graded, graded.root / "gradebook.db")
    assert _marks(graded.root / "gradebook.db")["amy"] == 10.5
    told = _comments(graded.root / "gradebook.db", "amy")
    assert "bonus +2: an <i>idea</i>" in told
    assert "late -1.5: a day" in told


def test_what_is_ungradable_gets_no_mark_and_what_is_rejected_gets_none_with_its_reason(graded):
    report = graded.root / "reports/tiny/ben.json"
    report.write_text(
        report.read_text().replace('"status": "graded"', '"status": "ungradable"', 1).replace(
            '"score": 0.0', '"score": null', 1
        )
    )  # fmt: skip
    said = _export(graded, graded.root / "gradebook.db")
    assert "tiny ben: ungradable, not written" in said
    assert _marks(graded.root / "gradebook.db")["dan"] == 0
    assert "not handed in" in _comments(graded.root / "gradebook.db", "dan")
    with _opened(graded.root / "gradebook.db") as book:
        assert "ben" not in {one.id for one in book.students}


def test_a_gradebook_that_nbgrader_made_takes_the_marks_over_its_own(graded):
    """nbgrader's workflow, with the sandbox's marks: formgrader's grades by hand stay."""
    course = graded.root / "nb"
    graded.run("export", "nbgrader", str(course))
    ran(nbgrader(course, "generate_assignment", "tiny"))
    hand_in(course, "cat", "tiny", solved(course, "tiny"))
    ran(nbgrader(course, "autograde", "tiny"))
    assert _marks(course / "gradebook.db") == {"cat": 10}
    with _opened(course / "gradebook.db") as book:
        grade = book.find_grade("hidden-d25f53ff", "tiny", "tiny", "cat")
        grade.manual_score = 2.0
        book.db.commit()
    _export(graded, course / "gradebook.db")
    assert _marks(course / "gradebook.db")["cat"] == 6
    assert _grades(course / "gradebook.db", "cat")["hidden-d25f53ff"] == (0.0, True)
    ran(nbgrader(course, "generate_feedback", "tiny"))
    shown = (course / "feedback/cat/tiny/tiny.html").read_text()
    assert "multiplies by the factor" in shown


def test_a_second_export_brings_the_gradebook_up_to_date(graded):
    database = graded.root / "gradebook.db"
    _export(graded, database)
    graded.hand_in("ben", "return factor * x.sum(dim=-1)")
    graded.run("grade", "submissions/ben")
    _export(graded, database)
    assert _marks(database)["ben"] == 10
    assert not _comments(database, "ben")


def test_a_file_that_is_no_gradebook_is_refused_and_left_alone(graded):
    path = graded.root / "other.db"
    path.write_bytes(content := b"not a database at all" * 100)
    done = graded.run("export", "gradebook", str(path))
    assert done.returncode == 2
    assert "not nbgrader's gradebook" in done.stderr
    assert path.read_bytes() == content


def test_a_gradebook_of_another_course_of_the_same_name_is_refused(graded, edit):
    database = graded.root / "gradebook.db"
    _export(graded, database)
    toml = graded.root / "assignments/tiny/assignment.toml"
    tests = graded.root / "tests/tiny/test_tiny.py"
    edit(toml, "test_multiplies_by_the_factor", "test_scales")
    edit(tests, "test_multiplies_by_the_factor", "test_scales")
    done = graded.run("export", "gradebook", str(database))
    assert done.returncode == 2
    assert "the gradebook and the course differ in the test" in done.stderr


def test_a_gradebook_in_which_a_test_has_other_points_is_refused(graded, edit):
    database = graded.root / "gradebook.db"
    _export(graded, database)
    toml = graded.root / "assignments/tiny/assignment.toml"
    for old, new in [("points = 4", "points = 5"), ("max_score = 10", "max_score = 11")]:
        toml.write_text(toml.read_text().replace(old, new))
    done = graded.run("export", "gradebook", str(database))
    assert done.returncode == 2
    assert "the gradebook and the course differ in the test" in done.stderr


def test_extra_credit_that_a_person_gave_stays(graded):
    database = graded.root / "gradebook.db"
    _export(graded, database)
    with sqlite3.connect(database) as book:
        book.execute("UPDATE grade SET extra_credit = 2")
    _export(graded, database)
    with sqlite3.connect(database) as book:
        kept = book.execute("SELECT count(*) FROM grade WHERE extra_credit = 2").fetchone()[0]
        cells = book.execute("SELECT count(*) FROM grade").fetchone()[0]
    assert 0 < kept < cells  # all but those of the first test, which adjustments use


def test_without_reports_it_says_what_to_do(tiny_course):
    done = tiny_course.run("export", "gradebook", "gradebook.db")
    assert done.returncode == 2
    assert "no reports. Do: grade first" in done.stderr
    assert not (tiny_course.root / "gradebook.db").exists()


def test_it_is_a_plain_database_that_others_can_read(graded):
    _export(graded, graded.root / "gradebook.db")
    with sqlite3.connect(graded.root / "gradebook.db") as database:
        assert database.execute("select count(*) from grade").fetchone() == (12,)
