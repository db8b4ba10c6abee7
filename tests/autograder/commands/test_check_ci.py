"""`check --ci`: the files that a workflow shows, from a real check of a student's template."""

from __future__ import annotations

import base64
import functools
import json
import shutil
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.autograder.conftest import tiny_course_at

EXPECTED = Path(__file__).parent / "expected_ci"
WRONG = """import torch


def scaled_sum(x, factor):
    total = x.sum(dim=0)
    total = factor * total
    return total
"""
RAISES = """import torch


def scaled_sum(x, factor):
    total = x.sum(dim=-1)
    if factor > 1:
        raise ValueError("100%, no:\\n::error::I wrote this")
    total = factor * total
    return total
"""
RIGHT = RAISES.replace("if factor > 1", "if factor > 9")


TEXTS = {"untouched": None, "wrong": WRONG, "raises": RAISES, "right": RIGHT, "absent": ""}


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    """Checks a template whose `tiny.py` has one of the texts, once, and gives code and folder."""
    course = tiny_course_at(tmp_path_factory.mktemp("tiny") / "course")
    mine = tmp_path_factory.mktemp("students")
    assert course.run("release", "--output", str(mine / "untouched")).returncode == 0

    @functools.cache
    def check(name: str, language: str = "en") -> tuple[int, Path]:
        folder = mine / f"{name}-{language}"
        shutil.copytree(mine / "untouched", folder)
        if text := TEXTS[name]:
            (folder / "tiny/tiny.py").write_text(text)
        if text == "":
            (folder / "tiny/tiny.py").unlink()
        result = course.run("check", "--ci", "ci", "--lang", language, cwd=folder)
        return result.returncode, folder / "ci"

    return check


@pytest.mark.parametrize("name", ["untouched", "wrong", "raises"])
def test_summary_and_remarks_are_the_expected_ones(checked, name):
    code, ci = checked(name)
    assert code == 1
    for file in ("summary.md", "annotations.txt"):
        expected = (EXPECTED / f"{name}.{file}").read_text(encoding="utf-8")
        assert (ci / file).read_text(encoding="utf-8") == expected


def test_a_failure_is_told_at_the_line_that_raised_it(checked):
    (line,) = (checked("raises")[1] / "annotations.txt").read_text().splitlines()
    assert line.startswith("::error file=tiny/tiny.py,line=7,title=tiny scale::")
    assert "ValueError: 100%25, no:%0A::error::I wrote this" in line


def test_a_wrong_value_is_told_at_the_exercises_answer(checked):
    lines = (checked("wrong")[1] / "annotations.txt").read_text().splitlines()
    assert [line.partition(",title")[0] for line in lines] == [
        "::error file=tiny/tiny.py,line=5", "::error file=tiny/tiny.py,line=6",
    ]  # fmt: skip


def test_all_that_other_tools_read_is_there_and_agrees(checked):
    ci = checked("wrong")[1]
    report = json.loads((ci / "tiny.json").read_text())
    assert (report["status"], report["score"], report["isolation"]) == ("graded", 0, "none")
    assert report["submission"]["id"] == "wrong-en"
    suites = ET.fromstring((ci / "junit.xml").read_bytes())  # noqa: S314  # our own
    assert (suites.get("tests"), suites.get("failures")) == ("2", "2")
    issues = json.loads((ci / "codequality.json").read_text())
    assert [one["location"]["lines"]["begin"] for one in issues] == [5, 6]
    result = json.loads(base64.b64decode((ci / "classroom.txt").read_bytes()))
    assert (result["max_score"], sum(one["score"] for one in result["tests"])) == (7, 0)


def test_right_work_passes_and_has_no_remarks(checked):
    code, ci = checked("right")
    assert code == 0
    assert (ci / "annotations.txt").read_text() == ""
    assert "**7 / 7**" in (ci / "summary.md").read_text()


def test_a_file_that_is_not_there_is_told_in_all_of_them(checked):
    code, ci = checked("absent")
    assert code == 1
    for name in ("summary.md", "junit.xml", "tiny.json", "annotations.txt"):
        assert "not handed in" in (ci / name).read_text()


def test_it_speaks_chinese(checked):
    code, ci = checked("wrong", "zh")
    assert code == 1
    assert "公开测试：**0 / 7** 分" in (ci / "summary.md").read_text()
    assert "形状是" in (ci / "annotations.txt").read_text()


def test_it_is_one_check(tiny_course):
    result = tiny_course.run("check", "--ci", "ci", "--watch")
    assert result.returncode == 2
    assert "Do: leave the others out" in result.stderr
