"""How far a run has come: nothing is lost by showing it, and each style goes where it belongs."""

from __future__ import annotations

import json
import time

import pytest

from autograder.course.assignment import load_assignment
from autograder.grading.blank import blank_report
from autograder.grading.options import Options
from autograder.intake.submission import Submission
from autograder.scale import progress
from autograder.scale.progress import with_progress
from autograder.scale.results import Graded


@pytest.fixture
def results(tiny_course):
    assignment = load_assignment(tiny_course.root, "tiny")
    students = [Submission(f"s{number}", "tiny") for number in range(3)]
    reports = [blank_report(assignment, one, Options(), "graded") for one in students]
    return [Graded(report, is_kept=number == 1, code={}) for number, report in enumerate(reports)]


@pytest.mark.parametrize("style", ["bar", "lines", "json"])
def test_the_results_pass_as_they_are(results, style):
    assert list(with_progress(iter(results), style, "tiny", 3)) == results


def test_a_quick_run_needs_no_lines(results, capsys):
    list(with_progress(iter(results), "lines", "tiny", 3))
    assert capsys.readouterr() == ("", "")


def test_lines_say_how_many_are_done_and_how_long_it_takes(results, capsys, monkeypatch):
    clock = iter([0.0, 4.0, 36.0, 37.0])
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    list(with_progress(iter(results), "lines", "tiny", 3))
    said = capsys.readouterr()
    assert said.err == "tiny: 2 of 3, about 32 s left\n"
    assert said.out == ""


def test_json_is_a_line_a_result_after_it_has_been_dealt_with(results, capsys):
    shown = with_progress(iter(results), "json", "tiny", 3)
    next(shown)
    assert capsys.readouterr().out == ""
    next(shown)
    assert json.loads(capsys.readouterr().out) == {
        "assignment": "tiny", "student": "s0", "status": "graded", "score": 0.0,
        "max_score": 10.0, "kept": False, "done": 1, "total": 3,
    }  # fmt: skip


def test_a_bar_is_for_terminals(monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    assert progress.usual_style() == "bar"
    monkeypatch.setattr("sys.stderr.isatty", lambda: False, raising=False)
    assert progress.usual_style() == "lines"
