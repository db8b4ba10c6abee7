"""Forms: files to fill in that are no code, with partial credit, pictures and a bonus."""

from __future__ import annotations

import json
import re
import zipfile

import pytest

FORM = '{"total": null}'

FORM_TESTS = """import json

from autograder.grading.compare import Wrong, assert_close
from autograder.grading.record import Bar


def test_the_form_has_the_total_and_its_half(forms, record):
    if "answers.json" not in forms:
        raise Wrong("gap in answers.json: not handed in", "空：没有交 answers.json")
    answers = json.loads(forms["answers.json"])
    if answers["total"] is None:
        raise Wrong("gap in answers.json: no total yet", "空：answers.json 里还没有 total")
    with record.part(3, en="total", zh="总和"):
        if answers["total"] != 6:
            raise Wrong(f"{answers['total']} is not the total", f"{answers['total']} 不是总和")
    with record.part(1, en="half", zh="一半"):
        if answers.get("half") != 3:
            raise Wrong("that is not half of it", "这不是一半")
    bars = [Bar("six", 0.6, right=True, yours=answers["total"] == 6), Bar("five", 0.5)]
    record.bars(bars, en="how right", zh="有多对")
    record.note(en="seven was near", zh="七也很近")
    for more in answers.get("more", []):
        record.bonus(2, en=f"more: {more}", zh=f"更多：{more}")
"""

FORM_EXERCISE = """
[[exercises]]
id = "form"
points = 8
title = { en = "Form", zh = "表格" }

[[exercises.tests]]
id = "test_form.py::test_the_form_has_the_total_and_its_half"
points = 8
visibility = "public"
title = { en = "has the total and its half", zh = "有总和与一半" }
hint = { en = "add them up", zh = "加起来" }
"""

CODE = "return factor * x.sum(dim=-1)"


@pytest.fixture
def course(tiny_course, edit):
    """The tiny course with a form beside the code."""
    toml = tiny_course.root / "assignments/tiny/assignment.toml"
    edit(
        toml, "max_score = 10", 'max_score = 18\nforms = [{ file = "answers.json" }]\nmax_bonus = 3'
    )
    toml.write_text(toml.read_text() + FORM_EXERCISE)
    tiny_course.write("assignments/tiny/given/answers.json", FORM)
    tiny_course.write("assignments/tiny/given/look.py", "print('a script for students')\n")
    tiny_course.write("solutions/tiny/answers.json", '{"total": 6, "half": 3}')
    tiny_course.write("tests/tiny/test_form.py", FORM_TESTS)
    return tiny_course


def _grade(course, student, answers, *options):
    course.hand_in(student, CODE)
    if answers is not None:
        course.write(f"submissions/{student}/tiny/answers.json", answers)
    result = course.run("grade", f"submissions/{student}", *options)
    assert result.returncode == 0, result.stderr
    report = json.loads((course.root / f"reports/tiny/{student}.json").read_text())
    return result, report, report["tests"][-2:]


def _form_row(report):
    return next(row for row in report["tests"] if row["exercise"] == "form")


def test_a_form_that_is_right_in_part_gets_part_of_the_points(course):
    result, report, _ = _grade(course, "s01", '{"total": 6, "half": 4}')
    row = _form_row(report)
    assert (row["status"], row["score"]) == ("partial", 6)
    assert row["message"] == "half: that is not half of it"
    assert (report["score"], report["submission"]["files"]) == (16, ["answers.json", "tiny.py"])
    assert row["notes"] == ["seven was near"]
    assert re.search(r"six +█+ +0\.600  right, yours", result.stdout)
    page = (course.root / "reports/tiny/s01.html").read_text()
    assert '<tr class="is-right"><th scope="row"><bdi>six</bdi></th>' in page
    assert "seven was near" in page


def test_the_texts_follow_the_language(course):
    result, report, _ = _grade(course, "s01", '{"total": 5}', "--lang", "zh")
    assert _form_row(report)["message"] == "总和: 5 不是总和\n一半: 这不是一半"
    assert _form_row(report)["status"] == "failed"
    assert "有多对" in result.stdout


def test_a_bonus_goes_over_the_score_up_to_its_maximum(course):
    result, report, _ = _grade(course, "s01", '{"total": 6, "half": 3, "more": ["a", "b", "c"]}')
    assert (report["score"], report["final_score"], report["max_score"]) == (18, 21, 18)
    assert report["adjustments"] == [
        {"kind": "bonus", "points": 2.0, "reason": "more: a"},
        {"kind": "bonus", "points": 1.0, "reason": "more: b"},
    ]
    assert "bonus +2: more: a" in result.stdout


def test_without_the_form_the_code_keeps_its_marks(course):
    _, report, _ = _grade(course, "s01", None)
    assert report["score"] == 10
    assert _form_row(report)["message"] == "gap in answers.json: not handed in"


@pytest.mark.parametrize("in_a_zip", [False, True])
def test_a_form_that_cannot_be_read_costs_its_own_points_only(course, in_a_zip):
    course.hand_in("s01", CODE)
    path = course.write("submissions/s01/tiny/answers.json", " " * 300_000)
    target = "submissions/s01"
    if in_a_zip:
        target = "s01.zip"
        with zipfile.ZipFile(course.root / target, "w") as archive:
            for name in ("tiny.py", "answers.json"):
                archive.write(path.parent / name, f"tiny/{name}")
    assert course.run("grade", target).returncode == 0
    report = json.loads((course.root / "reports/tiny/s01.json").read_text())
    assert (report["status"], report["score"]) == ("graded", 10)
    assert "answers.json: 293 KiB, more than 256 KiB. Do: " in _form_row(report)["message"]


def test_verify_proves_the_form_too(course):
    assert course.run("release").returncode == 0
    template = course.root / "student_template/tiny"
    assert (template / "answers.json").read_text() == FORM
    assert (template / "look.py").is_file()
    result = course.run("verify")
    assert result.returncode == 0, result.stdout


def test_check_shows_a_picture_once_it_tells_no_answer_and_pack_takes_the_form(course, tmp_path):
    template = tmp_path / "mine"
    assert course.run("release", "--output", str(template)).returncode == 0
    (template / "tiny/tiny.py").write_text(f"def scaled_sum(x, factor):\n    {CODE}\n")
    result = course.run("check", cwd=template)
    assert "gap in answers.json: no total yet" in result.stdout
    (template / "tiny/answers.json").write_text('{"total": 6, "half": 4}')
    result = course.run("check", cwd=template)
    assert result.returncode == 1
    assert "◐" in result.stdout
    assert "half: that is not half of it" in result.stdout
    assert "how right" not in result.stdout
    (template / "tiny/answers.json").write_text('{"total": 6, "half": 3, "more": ["a"]}')
    result = course.run("check", cwd=template)
    assert result.returncode == 0, result.stdout
    assert "how right" in result.stdout
    assert "bonus +2: more: a" in result.stdout
    assert course.run("pack", cwd=template).returncode == 0
    with zipfile.ZipFile(template / "mine.zip") as archive:
        assert archive.namelist() == ["tiny/tiny.py", "tiny/answers.json"]
    (course.root / "s07.zip").write_bytes((template / "mine.zip").read_bytes())
    assert course.run("grade", "s07.zip").returncode == 0
    report = json.loads((course.root / "reports/tiny/s07.json").read_text())
    assert report["final_score"] == 20


def test_a_file_listed_twice_or_a_negative_bonus_is_one_line(course, edit):
    toml = course.root / "assignments/tiny/assignment.toml"
    edit(toml, 'forms = [{ file = "answers.json" }]', 'forms = [{ file = "tiny.py" }]')
    assert "file tiny.py stands twice" in course.run("verify").stderr
    edit(toml, 'forms = [{ file = "tiny.py" }]', 'forms = [{ file = "../answers.json" }]')
    assert "leaves the folder" in course.run("verify").stderr
    edit(toml, 'forms = [{ file = "../answers.json" }]\nmax_bonus = 3', "max_bonus = -3")
    assert "max_bonus is negative" in course.run("verify").stderr
