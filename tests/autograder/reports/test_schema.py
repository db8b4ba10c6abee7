"""Reports as JSON: the same back, and what they say of a submission that was not run."""

from __future__ import annotations

import pytest

from autograder.course.assignment import load_assignment
from autograder.errors import CourseError
from autograder.grading.blank import blank_report
from autograder.grading.options import Options
from autograder.intake.submission import Submission
from autograder.reports.schema import decode, encode


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
