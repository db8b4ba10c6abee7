"""Grade files as Moodle and Canvas import them: their columns, their rows, and no formula."""

from __future__ import annotations

import csv
import io

import msgspec
import pytest

from autograder.course.assignment import load_assignment
from autograder.grading.blank import blank_report
from autograder.grading.options import Options
from autograder.intake.submission import Submission
from autograder.reports.canvas import canvas_csv
from autograder.reports.moodle import moodle_csv
from autograder.reports.schema import Adjustment, encode

LATE = Adjustment(kind="late", points=-0.5, reason="1 day,\n<b>10 %</b>")


@pytest.fixture
def assignment(tiny_course):
    return load_assignment(tiny_course.root, "tiny")


@pytest.fixture
def report_of(assignment):
    def make(student, final, adjustments=()):
        status = "ungradable" if final is None else "graded"
        blank = blank_report(assignment, Submission(student, "tiny"), Options(), status, "ours")
        return msgspec.structs.replace(
            blank, score=final, final_score=final, adjustments=tuple(adjustments)
        )

    return make


def _rows(data):
    return list(csv.reader(io.StringIO(data.decode())))


def test_moodle_knows_a_participant_by_number(report_of):
    header, ada, ungraded, plain = _rows(moodle_csv(
        [report_of("Ada Byron_1234567", 4.5), report_of("Li_7", None), report_of("s01", 0.0)], "en"
    ))  # fmt: skip
    assert header == ["Identifier", "Full name", "Username", "Grade", "Maximum Grade",
                      "Last modified (grade)", "Feedback comments"]  # fmt: skip
    assert ada[:6] == ["Participant 1234567", "Ada Byron", "", "4.5", "10", ""]
    assert ungraded[3] == ""  # which Moodle passes over: no zero
    assert plain[:4] == ["", "s01", "s01", "0"]


def test_moodles_feedback_is_html_in_which_nothing_is_markup(report_of):
    _, row = _rows(moodle_csv([report_of("Ada_1", 4.5, [LATE])], "en"))
    assert row[6].startswith("late -0.5: 1 day, &lt;b&gt;10 %&lt;/b&gt;<br>")


def test_canvas_knows_a_student_by_number_else_by_login(assignment, report_of):
    reports = [report_of("byronada_12345", 4.5), report_of("s01", None)]
    header, points, ada, plain = _rows(canvas_csv([(assignment, reports)], "en"))
    assert header == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "A tiny task"]
    assert points == ["    Points Possible", "", "", "", "", "10"]
    assert ada == ["byronada", "12345", "", "", "", "4.5"]
    assert plain == ["s01", "", "", "s01", "", ""]  # an empty cell changes nothing


def test_canvas_takes_several_assignments_in_one_file(assignment, report_of):
    other = msgspec.structs.replace(assignment, name="other", max_score=7)
    results = [(assignment, [report_of("a_1", 1.0)]), (other, [report_of("b_2", 2.0)])]
    _, points, a, b = _rows(canvas_csv(results, "zh"))
    assert points[5:] == ["10", "7"]
    assert (a[5:], b[5:]) == (["1", ""], ["", "2"])


@pytest.mark.parametrize("student", ["=1+1", "@x", "+1", "-1", '"=1', "＝1", "=x_12"])
def test_no_cell_is_a_formula(assignment, report_of, student):
    late = Adjustment(kind="late", points=-1.0, reason=student)
    moodle = moodle_csv([report_of(student, 1.0, [late])], "en")
    canvas = canvas_csv([(assignment, [report_of(student, 1.0)])], "en")
    for cell in (cell for data in (moodle, canvas) for row in _rows(data) for cell in row):
        assert not cell.lstrip(" \"'").startswith(("=", "@", "+", "-", "＝")) or cell[0] == "'"


@pytest.fixture
def graded(tiny_course, report_of):
    report = encode(report_of("Ada_1", 11.0, [LATE])).decode()
    tiny_course.write("reports/tiny/Ada_1.json", report)
    return tiny_course


def test_the_command_writes_both_from_the_reports(graded):
    moodle = graded.run("export", "moodle", "grades.csv")
    assert moodle.returncode == 0, moodle.stderr
    assert "1 above 10, which Moodle passes over" in moodle.stdout
    assert _rows((graded.root / "grades.csv").read_bytes())[1][0] == "Participant 1"
    canvas = graded.run("export", "canvas", "canvas.csv", "--lang", "zh")
    assert "1 with adjustments" in canvas.stdout
    assert _rows((graded.root / "canvas.csv").read_bytes())[0][-1] == "小任务"


def test_without_reports_it_says_what_to_do(tiny_course):
    result = tiny_course.run("export", "moodle", "grades.csv")
    assert result.returncode == 2
    assert "no reports here. Do: autograder grade first" in result.stderr


@pytest.mark.parametrize("target", ["moodle", "canvas"])
def test_two_reports_with_one_number_are_refused_by_name(tiny_course, report_of, target):
    folder = tiny_course.root / "reports/tiny"
    folder.mkdir(parents=True)
    for student in ("Ada Byron_123", "Ada King_123"):
        (folder / f"{student}.json").write_bytes(encode(report_of(student, 4.0)))
    result = tiny_course.run("export", target, "grades.csv")
    assert result.returncode == 2
    assert "Ada Byron_123 and Ada King_123 have one number. Do: " in result.stderr
    assert not (tiny_course.root / "grades.csv").exists()
