"""`autograder report`: one report in the terminal, whatever stands in it."""

from __future__ import annotations

import json

import pytest

from autograder.course.assignment import load_assignment
from autograder.reports.schema import encode
from tests.autograder.reports.site.made import a_report

NASTY = "\x1b[2J[bold]\u202eevil[/] [link=http://x]y"


@pytest.fixture
def file(tiny_course):
    assignment = load_assignment(tiny_course.root, "tiny")
    report = a_report(assignment, "s01", ("failed", "passed", "timeout"), NASTY)
    path = tiny_course.root / "s01.json"
    path.write_bytes(encode(report))
    return path


def test_it_shows_points_messages_maps_pictures_and_hints(tiny_course, file):
    done = tiny_course.run("report", str(file), "--lang", "en")
    assert (done.returncode, done.stderr) == (0, "")
    for told in ("s01 · tiny · graded · 3 / 10", "░ 0 / 4", "✗ adds along the last axis  0 / 4",
                 "hint: which axis?", "total (↓ time, → features)", "│  █?│", "cosine", "a note",
                 "✓ multiplies by the factor  3 / 3", "✗ works for one row (hidden)  0 / 3",
                 "    timeout", "isolation landlock"):  # fmt: skip
        assert told in done.stdout, told


def test_what_a_student_wrote_moves_no_cursor_and_is_no_markup(tiny_course, file):
    done = tiny_course.run("report", str(file), "--lang", "en")
    assert "‹U+001B›[2J[bold]‹U+202E›evil[/] [link=http://x]y" in done.stdout
    assert "\x1b" not in done.stdout


def test_the_labels_follow_the_language(tiny_course, file):
    done = tiny_course.run("report", str(file), "--lang", "zh")
    assert "已评分" in done.stdout
    assert "（↓" not in done.stdout
    assert "↓ 时间, → 特征" in done.stdout


def test_a_real_report_without_marks_is_shown_too(tiny_course):
    (tiny_course.root / "submissions/s01/tiny").mkdir(parents=True)
    tiny_course.run("grade", "submissions")
    done = tiny_course.run("report", "reports/tiny/s01.json", "--lang", "en")
    assert "s01 · tiny · rejected · 0 / 10" in done.stdout
    assert "not handed in" in done.stdout


@pytest.mark.parametrize(
    ("name", "complaint"),
    [("nowhere.json", "nowhere.json: No such file or directory. Do: name a report, such as "),
     ("other.json", "other.json: not a report of this version ")],
)  # fmt: skip
def test_what_is_no_report_is_one_line_and_exit_code_2(tiny_course, name, complaint):
    tiny_course.write("other.json", json.dumps({"score": 3}))
    done = tiny_course.run("report", name)
    assert done.returncode == 2
    assert complaint in done.stderr
    assert len(done.stderr.splitlines()) == 1
