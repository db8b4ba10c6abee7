"""Reports read back from their files."""

from __future__ import annotations

import pytest

from autograder.course.assignment import load_assignment
from autograder.errors import CourseError
from autograder.grading.blank import blank_report
from autograder.grading.options import Options
from autograder.intake.submission import Submission
from autograder.reports.filed import Filed
from autograder.reports.schema import encode


@pytest.fixture
def report(tiny_course):
    assignment = load_assignment(tiny_course.root, "tiny")
    return lambda name: blank_report(assignment, Submission(name, "tiny"), Options(), "graded")


@pytest.fixture
def folder(tmp_path, report):
    for name in ("c", "a", "b"):
        (tmp_path / f"{name}.json").write_bytes(encode(report(name)))
    return tmp_path


def test_they_come_in_order_and_as_often_as_one_likes(folder, report):
    filed = Filed(folder, ["c", "a"], {})
    assert list(filed) == list(filed) == [report("a"), report("c")]
    assert len(filed) == 2
    assert "c" in filed
    assert "b" not in filed


def test_what_the_disk_did_not_take_is_there_all_the_same(folder, report):
    old = folder / "a.json"
    old.write_bytes(b"an old one")
    filed = Filed(folder, ["a", "c"], {"a": report("a"), "z": report("z")})
    assert list(filed) == [report(name) for name in "acz"]


def test_earlier_ones_join_and_what_is_no_report_is_told(folder, report, capsys):
    (folder / "bad.json").write_text("{}")
    everyone = Filed(folder, ["b"], {}).with_earlier()
    assert list(everyone) == [report(name) for name in "abc"]
    (line,) = capsys.readouterr().err.splitlines()
    assert "bad.json: not a report of this version" in line


def test_one_that_somebody_deleted_is_a_clear_line(folder):
    filed = Filed(folder, ["a"], {})
    (folder / "a.json").unlink()
    with pytest.raises(CourseError, match="No such file or directory"):
        list(filed)
