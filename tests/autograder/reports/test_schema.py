"""Reports on disk: whole or not at all, and the same bytes back."""

from __future__ import annotations

import errno
import os

import pytest

from autograder.course.assignment import load_assignment
from autograder.errors import CourseError, GraderFault
from autograder.grading.blank import blank_report
from autograder.grading.options import Options
from autograder.intake.submission import Submission
from autograder.reports.schema import decode, encode, write_whole


@pytest.fixture
def report(tiny_course):
    assignment = load_assignment(tiny_course.root, "tiny")
    return blank_report(assignment, Submission("学生", "tiny"), Options(), "rejected", "no file")


def test_a_report_comes_back_as_it_was(report, tmp_path):
    assert decode(encode(report), tmp_path) == report


def test_chinese_is_written_as_it_is(report):
    assert "学生".encode() in encode(report)


def test_a_rejected_submission_scores_nothing_of_the_full_points(report):
    assert (report.score, report.final_score, report.max_score) == (0, 0, 10)
    assert [one.max_score for one in report.exercises] == [4, 6]


def test_an_ungradable_one_has_no_score(tiny_course):
    assignment = load_assignment(tiny_course.root, "tiny")
    report = blank_report(assignment, Submission("s", "tiny"), Options(), "ungradable", "ours")
    assert report.score is None
    assert b'"score": null' in encode(report)


def test_something_else_than_a_report_is_refused(tmp_path):
    with pytest.raises(CourseError, match="not a report of this version"):
        decode(b'{"score": "much"}', tmp_path / "r.json")


def test_a_full_disk_leaves_the_old_file_whole(tmp_path, monkeypatch):
    path = tmp_path / "report.json"
    write_whole(path, b"old")

    def full(_fd):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(GraderFault, match=r"No space left on device.*Do: make room") as caught:
        write_whole(path, b"new and longer")
    assert str(caught.value).startswith(f"{path}: ")
    assert path.read_bytes() == b"old"
    assert [one.name for one in tmp_path.iterdir()] == ["report.json"]


def test_a_folder_that_is_a_file_is_one_line(tmp_path):
    (tmp_path / "reports").write_text("")
    with pytest.raises(GraderFault, match="cannot be written"):
        write_whole(tmp_path / "reports" / "s.json", b"{}")
