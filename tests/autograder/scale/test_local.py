"""The local executor: a worker that dies costs a retry, never a zero, and never the class."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from autograder.course.assignment import load_assignment
from autograder.errors import CourseError
from autograder.grading.options import Options
from autograder.intake.submission import Submission
from autograder.reports.schema import Report
from autograder.sandbox.folder import MEMORY
from autograder.scale.job import Failed, Job
from autograder.scale.local import grade_all

RIGHT = b"def scaled_sum(x, factor):\n    return factor * x.sum(-1)\n"
FATAL = b"def scaled_sum(x, factor):\n    return factor * x.sum(-1) + 1e9\n"

# Stands for a fault of ours: this test kills the process that runs it, where an answer is huge;
# the first time only, if the course has a file `mark` to leave behind.
FATAL_TEST = """
import os
from pathlib import Path


def test_adds_along_the_last_axis(student, draw):
    out = student.call("scaled_sum", x=draw.normal("x", 2, 2), factor=1.0)
    once = Path(__file__).with_name("once")
    if out["total"].max() > 1e8 and not (once.exists() and once.read_text() == "done"):
        if once.exists():
            once.write_text("done")
        os._exit(1)


def test_multiplies_by_the_factor(student, draw):
    student.call("scaled_sum", x=draw.normal("x", 2, 2), factor=2.0)
"""


# Goes on for ever with an answer that is huge, and with others waits until that is the case.
ENDLESS_TEST = """
import time
from pathlib import Path


def test_adds_along_the_last_axis(student, draw):
    out = student.call("scaled_sum", x=draw.normal("x", 2, 2), factor=1.0)
    busy = Path(__file__).with_name("busy")
    if out["total"].max() > 1e8:
        busy.touch()
        time.sleep(600)
    while not busy.exists():
        time.sleep(0.01)


def test_multiplies_by_the_factor(student, draw):
    student.call("scaled_sum", x=draw.normal("x", 2, 2), factor=2.0)
"""


def _results(course, codes, jobs=2):
    assignment = load_assignment(course.root, "tiny")
    job = Job(assignment, Options())
    submissions = [Submission(name, "tiny", {"tiny.py": code}) for name, code in codes.items()]
    return grade_all(job, submissions, jobs)


def _grade(course, codes, jobs=2):
    results = list(_results(course, codes, jobs))
    return {
        result.submission.student if isinstance(result, Failed) else result.submission.id: result
        for result in results
    }


@pytest.mark.parametrize("jobs", [1, 3])
def test_each_submission_gets_one_result_for_any_number_of_jobs(tiny_course, jobs):
    results = _grade(tiny_course, {f"s{n:02}": RIGHT for n in range(7)}, jobs)
    assert len(results) == 7
    assert all(isinstance(one, Report) and one.score == 10 for one in results.values())


def test_no_submissions_are_no_results(tiny_course):
    assert _grade(tiny_course, {}) == {}


def test_a_worker_that_dies_again_makes_only_its_submission_ungradable(tiny_course):
    tiny_course.write("tests/tiny/test_tiny.py", FATAL_TEST)
    results = _grade(tiny_course, {"s1": RIGHT, "s2": FATAL, "s3": RIGHT, "s4": RIGHT})
    failed = results.pop("s2")
    assert isinstance(failed, Failed)
    assert "the grading process died" in failed.reason
    assert all(isinstance(one, Report) and one.status == "graded" for one in results.values())


def test_a_worker_that_dies_once_costs_nothing(tiny_course):
    tiny_course.write("tests/tiny/test_tiny.py", FATAL_TEST)
    tiny_course.write("tests/tiny/once", "")
    results = _grade(tiny_course, {"s1": FATAL})
    assert isinstance(results["s1"], Report)


def test_a_broken_course_ends_the_run(tiny_course):
    tiny_course.write("tests/tiny/test_tiny.py", "import no_such_module\n")
    with pytest.raises(CourseError, match="no_such_module"):
        _grade(tiny_course, {"s1": RIGHT})


def _sandboxed(content):
    """The files with this content in the folders of sandboxes, those of other runs passed over."""
    for place in (MEMORY, Path(tempfile.gettempdir())):
        for path in place.glob("autograder-*/child-*/tiny/tiny.py"):
            try:
                if path.read_bytes() == content:
                    yield path
            except OSError:  # another run has ended
                continue


def test_a_run_that_is_stopped_leaves_no_sandbox_behind(tiny_course):
    tiny_course.write("tests/tiny/test_tiny.py", ENDLESS_TEST)
    endless = FATAL + f"# {tiny_course.root}".encode()
    results = _results(tiny_course, {"s1": endless, "s2": RIGHT})
    assert next(results).submission.id == "s2"
    assert list(_sandboxed(endless))
    results.close()
    assert not list(_sandboxed(endless))
