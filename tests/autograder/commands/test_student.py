"""`check` and `pack` in the released template, as a student uses them."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import zipfile

import pytest

from tests.autograder.conftest import tiny_course_at


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    course = tiny_course_at(tmp_path_factory.mktemp("released") / "course")
    template = tmp_path_factory.mktemp("students") / "mine"
    assert course.run("release", "--output", str(template)).returncode == 0
    return template


@pytest.fixture
def template(released, tmp_path):
    """The released template, away from the course: nothing of the instructor's is near."""
    return shutil.copytree(released, tmp_path / "mine")


FILLED = "import torch\n\n\ndef scaled_sum(x, factor):\n    return factor * x.sum(dim=-1)\n"


def test_check_names_the_open_gaps_with_their_hints(tiny_course, template):
    result = tiny_course.run("check", cwd=template)
    assert result.returncode == 1
    assert "gap 1, sum total, line 7 is not filled yet" in result.stdout
    assert "Add along the last axis." in result.stdout
    assert "public tests: 0 / 7 points" in result.stdout


def test_check_speaks_chinese(tiny_course, template):
    result = tiny_course.run("check", "--lang", "zh", cwd=template)
    assert "第 1 个空（sum total，第 7 行）还没有填" in result.stdout
    assert "沿最后一个轴求和。" in result.stdout


def test_check_tells_a_wrong_value_with_title_message_and_hint(tiny_course, template):
    (template / "tiny/tiny.py").write_text(FILLED.replace("factor * ", ""))
    result = tiny_course.run("check", cwd=template)
    assert result.returncode == 1
    assert "multiplies by the factor" in result.stdout
    assert "largest difference" in result.stdout
    assert "where does the factor go?" in result.stdout


def test_check_warns_of_an_import_that_the_sandbox_lacks(tiny_course, template):
    (template / "tiny/tiny.py").write_text(f"import transformers\n{FILLED}")
    result = tiny_course.run("check", cwd=template)
    assert result.returncode == 0
    assert "tiny.py, line 1: the grader's sandbox has no transformers" in result.stdout


def test_check_shows_what_the_students_code_prints(tiny_course, template):
    (template / "tiny/tiny.py").write_text(
        FILLED.replace("    return", "    print('shape', x.shape)\n    return")
    )
    result = tiny_course.run("check", cwd=template)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "shape torch.Size([3, 4])" in result.stdout


def test_check_ends_an_endless_loop_and_goes_on(tiny_course, template):
    loop = FILLED.replace("    return", "    while factor > 2:\n        pass\n    return")
    (template / "tiny/tiny.py").write_text(loop)
    result = tiny_course.run("check", cwd=template)
    assert result.returncode == 1
    assert "public tests: 4 / 7" in result.stdout
    assert "the call took longer than 2 s (tiny.py, line " in result.stdout


def test_check_can_be_stopped_while_student_code_runs(template):
    loop = FILLED.replace(
        "    return", "    print('running', flush=True)\n    while True:\n        pass\n    return"
    )
    (template / "tiny/tiny.py").write_text(loop)
    command = [sys.executable, "-u", "-m", "autograder", "check"]
    with subprocess.Popen(command, cwd=template, stdout=subprocess.PIPE, text=True) as process:
        assert any("running" in line for line in process.stdout)
        process.terminate()
    assert process.returncode == -signal.SIGTERM


def test_pack_makes_the_zip_that_grade_takes(tiny_course, template):
    (template / "tiny/tiny.py").write_text(FILLED)
    (template / "tiny/notes.txt").write_text("not handed in")
    assert tiny_course.run("pack", cwd=template).returncode == 0
    with zipfile.ZipFile(template / "mine.zip") as archive:
        assert archive.namelist() == ["tiny/tiny.py"]
    shutil.copy(template / "mine.zip", tiny_course.root / "s07.zip")
    assert tiny_course.run("grade", "s07.zip").returncode == 0
    report = json.loads((tiny_course.root / "reports/tiny/s07.json").read_text())
    assert report["score"] == 10


def test_pack_says_how_many_gaps_are_open(tiny_course, template):
    result = tiny_course.run("pack", cwd=template)
    assert result.returncode == 0
    assert "tiny: 2 gaps are not filled yet" in result.stderr


def test_a_missing_file_is_one_line(tiny_course, template):
    (template / "tiny/tiny.py").unlink()
    for command in ("check", "pack"):
        result = tiny_course.run(command, cwd=template)
        assert result.returncode == 2
        assert "tiny.py: not handed in. Do: " in result.stderr
        assert len(result.stderr.splitlines()) == 1
