"""`autograder new`: what it lays out verifies and grades at once, in any course."""

from __future__ import annotations

import json
import shutil
import tomllib
from typing import Any

import pytest

from tests.autograder.conftest import TinyCourse


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> TinyCourse:
    """A course begun in an empty folder, with a second assignment, released."""
    course = TinyCourse(tmp_path_factory.mktemp("course"))
    (course.root / ".git").mkdir()
    assert course.run("new", "first_task", "--lang", "en").returncode == 0
    deep = course.root / "assignments/first_task"
    assert course.run("new", "second", "--lang", "en", cwd=deep).returncode == 0
    assert course.run("release").returncode == 0
    return course


def test_it_says_what_each_file_is_and_what_to_run_next(tmp_path):
    course = TinyCourse(tmp_path)
    english = course.run("new", "bpe", "--lang", "en").stdout
    chinese = course.run("new", "bpe_2", "--lang", "zh").stdout
    written = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")
               if path.is_file()}  # fmt: skip
    shown = {line.split()[0] for line in (english + chinese).splitlines() if line.startswith("  ")}
    assert shown - {"autograder"} == written - {".gitignore"}
    assert "  autograder release\n  autograder verify bpe\n" in english
    assert "参考答案" in chinese


def test_both_assignments_prove_themselves(course):
    result = course.run("verify")
    assert result.returncode == 0, result.stdout
    assert result.stdout.count("the reference scores 100 %") == 2
    assert result.stdout.count("worthless submissions score 0 (constant, zeros)") == 2


@pytest.fixture(scope="module")
def reports(course) -> dict[str, dict[str, Any]]:
    """A class graded: who handed in the reference, the template, and a soft-max of the columns."""
    for student, folder in (("s01", "solutions"), ("s02", "student_template")):
        shutil.copytree(course.root / folder / "second", course.root / f"class/{student}/second")
    right = (course.root / "solutions/second/second.py").read_text(encoding="utf-8")
    wrong = right.replace("powers.sum(dim=-1, keepdim=True)", "powers.sum(dim=0, keepdim=True)")
    assert wrong != right
    course.write("class/s03/second/second.py", wrong)
    result = course.run("grade", "class", "--lang", "en")
    assert result.returncode == 0, result.stderr
    return {path.stem: json.loads(path.read_text(encoding="utf-8"))
            for path in course.root.glob("reports/second/*.json")}  # fmt: skip


def test_the_reference_gets_all_points_and_the_template_none(reports):
    assert {student: report["score"] for student, report in reports.items()} == {
        "s01": 10, "s02": 0, "s03": 4,
    }  # fmt: skip


def test_a_wrong_soft_max_is_named_and_costs_nothing_in_the_exercise_that_builds_on_it(reports):
    scores = {one["id"]: one["score"] for one in reports["s03"]["exercises"]}
    assert scores == {"softmax": 0, "cross_entropy": 4}
    named = [one["name"] for one in reports["s03"]["tests"][0]["diagnosis"]["mistakes"]]
    assert named == ["softmax/first-axis"]


def test_no_secret_is_released(course):
    secrets = [tomllib.loads(path.read_text(encoding="utf-8"))["secret"]
               for path in course.root.glob("assignments/*/assignment.toml")]  # fmt: skip
    assert len(set(secrets)) == 2
    template = course.root / "student_template"
    released = b"".join(path.read_bytes() for path in template.rglob("*") if path.is_file())
    assert not any(secret.encode() in released for secret in secrets)


def test_a_folder_with_other_things_in_it_is_left_as_it_is(tmp_path):
    course = TinyCourse(tmp_path)
    course.write("thesis/chapter.tex", "years of work")
    result = course.run("new", "bpe")
    assert result.returncode == 2
    assert result.stderr.count("\n") == 1
    assert "(thesis is there). Do: " in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["thesis"]


def test_a_course_without_assignments_names_the_command(tmp_path):
    course = TinyCourse(tmp_path)
    for name in ("assignments", "solutions"):
        (tmp_path / name).mkdir()
    assert "Do: autograder new NAME" in course.run("verify").stderr
    assert course.run("new", "bpe").returncode == 0
