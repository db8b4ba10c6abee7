"""Grading a class again by the command line: what is kept, what is graded anew, and how to tell."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from autograder.scale.cache import FOLDER
from tests.autograder.conftest import tiny_course_at

GOOD = "return factor * x.sum(dim=-1)"
NO_FACTOR = "return x.sum(dim=-1)"
TIMES = re.compile(r'"(started_at|duration_s)": [^,\n]+')


def _reports(course, folder="reports"):
    paths = sorted((course.root / folder / "tiny").glob("*.json"))
    return {path.stem: path.read_text(encoding="utf-8") for path in paths}


def _graded(course, *arguments):
    """The students graded anew, by what the command itself says of each."""
    result = course.run("grade", "submissions", "--progress", "json", *arguments)
    assert result.returncode == 0, result.stderr
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["done"] for line in lines] == list(range(1, len(lines) + 1))
    return {line["student"] for line in lines if not line["kept"]}


@pytest.fixture(scope="module")
def graded_once(tmp_path_factory):
    """A class of three that has been graded once."""
    course = tiny_course_at(tmp_path_factory.mktemp("graded") / "course")
    for student, body in [("s01", GOOD), ("s02", NO_FACTOR), ("s03", "raise ValueError(x)")]:
        course.hand_in(student, body)
    assert _graded(course) == {"s01", "s02", "s03"}
    return course


@pytest.fixture
def graded_class(graded_once, tmp_path):
    """The same, for one test."""
    return graded_once.copy(tmp_path / "graded")


def test_an_unchanged_class_is_not_graded_again_and_its_reports_are_the_same(graded_class):
    before = _reports(graded_class)
    result = graded_class.run("grade", "submissions")
    assert "3 of 3 unchanged since an earlier run" in result.stdout
    assert _reports(graded_class) == before


def test_a_kept_report_is_a_fresh_one_but_for_time_stamps(graded_class):
    assert _graded(graded_class, "--output", "kept") == set()
    assert _graded(graded_class, "--output", "fresh", "--no-cache") == {"s01", "s02", "s03"}
    kept, fresh = _reports(graded_class, "kept"), _reports(graded_class, "fresh")
    assert len(kept) == 3
    assert {name: TIMES.sub("", text) for name, text in kept.items()} == {
        name: TIMES.sub("", text) for name, text in fresh.items()
    }


def test_a_changed_student_is_graded_alone(graded_class):
    graded_class.hand_in("s02", f"{GOOD}  # mended")
    assert _graded(graded_class) == {"s02"}
    assert json.loads(_reports(graded_class)["s02"])["score"] == 10


def test_a_changed_hidden_test_regrades_all(graded_class, edit):
    edit(graded_class.root / "tests/tiny/hidden/test_tiny.py", "1e-12", "2e-12")
    assert _graded(graded_class) == {"s01", "s02", "s03"}


def test_another_language_and_no_isolation_are_graded_for_themselves(graded_class):
    assert _graded(graded_class, "--lang", "zh") == {"s01", "s02", "s03"}
    assert _graded(graded_class, "--isolation", "none") == {"s01", "s02", "s03"}
    assert _graded(graded_class) == set()


def test_equal_work_of_another_student_is_known_and_stands_under_their_name(graded_class):
    graded_class.hand_in("s04", NO_FACTOR)
    assert _graded(graded_class) == set()
    reports = _reports(graded_class)
    assert json.loads(reports["s04"])["submission"]["id"] == "s04"
    assert reports["s04"] == reports["s02"].replace('"s02"', '"s04"')


def test_a_time_limit_is_tried_again_each_time(tiny_course):
    tiny_course.hand_in("s01", "while True:\n    pass")
    tiny_course.hand_in("s02", GOOD)
    assert _graded(tiny_course) == {"s01", "s02"}
    assert _graded(tiny_course) == {"s01"}


PART = """
    with record.part(1, en="once", zh="一倍"):
        assert_close(out["total"], x.sum(-1), name="total", atol=1e-12)
    with record.part(1, en="nine times", zh="九倍"):
        student.call("scaled_sum", x=x, factor=9.0)"""
WHOLE = '\n    assert_close(out["total"], x.sum(-1), name="total", atol=1e-12, hint="the axis")'


def test_so_is_one_that_costs_a_part_of_a_test_alone(tiny_course, edit):
    tests = tiny_course.root / "tests/tiny/test_tiny.py"
    edit(tests, "last_axis(student, draw)", "last_axis(student, draw, record)")
    edit(tests, WHOLE, PART)
    tiny_course.hand_in("s01", f"while factor == 9:\n    pass\n{GOOD}")
    for _ in range(2):
        assert _graded(tiny_course) == {"s01"}
    report = json.loads(_reports(tiny_course)["s01"])
    assert report["fleeting"] is True
    assert (report["score"], report["tests"][0]["status"]) == (8, "partial")


def test_a_damaged_entry_is_graded_anew(graded_class):
    before = _reports(graded_class)
    for path in (graded_class.root / FOLDER).glob("??/*"):
        path.write_bytes(path.read_bytes()[:-3])
    assert _graded(graded_class) == {"s01", "s02", "s03"}
    assert [TIMES.sub("", text) for text in _reports(graded_class).values()] == [
        TIMES.sub("", text) for text in before.values()
    ]


def test_the_cache_says_what_it_holds_and_can_be_cleared(graded_class):
    assert ": 3 results, " in graded_class.run("cache").stdout
    assert "3 results deleted" in graded_class.run("cache", "--clear").stdout
    assert not (graded_class.root / FOLDER).exists()
    assert _graded(graded_class) == {"s01", "s02", "s03"}


def test_a_cache_in_the_way_costs_a_line_and_no_mark(tiny_course):
    tiny_course.hand_in("s01", GOOD)
    tiny_course.write(FOLDER, "in the way")
    result = tiny_course.run("grade", "submissions")
    assert result.returncode == 0
    assert f"{FOLDER}: cannot be written (" in result.stderr
    assert json.loads(_reports(tiny_course)["s01"])["score"] == 10


def test_two_runs_at_once_share_it_and_give_the_same(tiny_course):
    for number in range(8):
        tiny_course.hand_in(f"s{number}", f"{GOOD}  # {number}")
    command = [sys.executable, "-m", "autograder", "grade", "submissions", "--output"]
    runs = [
        subprocess.Popen([*command, name], cwd=tiny_course.root, stdout=subprocess.DEVNULL,
                         stderr=subprocess.PIPE, text=True)
        for name in ("one", "two")
    ]  # fmt: skip
    errors = [run.communicate(timeout=120)[1] for run in runs]
    assert [run.returncode for run in runs] == [0, 0], errors
    one, two = _reports(tiny_course, "one"), _reports(tiny_course, "two")
    assert len(one) == 8
    assert {name: TIMES.sub("", text) for name, text in one.items()} == {
        name: TIMES.sub("", text) for name, text in two.items()
    }
    assert _graded(tiny_course) == set()


def test_what_a_test_prints_is_no_line_of_json_and_a_reader_that_goes_ends_nothing(
    tiny_course, edit
):
    edit(
        tiny_course.root / "tests/tiny/test_tiny.py",
        "    x = draw",
        '    print("noise")\n    x = draw',
    )
    for number in range(3):
        tiny_course.hand_in(f"s{number}", f"{GOOD}  # {number}")
    assert len(_graded(tiny_course)) == 3
    command = f"{sys.executable} -m autograder grade submissions --progress json --no-cache"
    heard = subprocess.run(
        ["/bin/bash", "-c", f"set -o pipefail; {command} | head -1"],
        cwd=tiny_course.root, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert heard.returncode == 0, heard.stderr
    assert len(heard.stdout.splitlines()) == 1
    assert (tiny_course.root / "reports/index.html").exists()
    assert len(_reports(tiny_course)) == 3
