"""What a run makes of each submission: kept, graded, rejected, ungradable; and when it reads it."""

from __future__ import annotations

from autograder.course.assignment import load_assignment
from autograder.grading.blank import blank_report
from autograder.grading.options import Options
from autograder.intake.submission import Submission
from autograder.scale.cache import Cache
from autograder.scale.job import Failed, Job
from autograder.scale.results import graded


def _submission(student, problem=""):
    return Submission(student, "tiny", {"tiny.py": student.encode()}, problem=problem)


def _executor(tried):
    """Fails what is called so, and notes whom it was given."""

    def execute(job, submissions):
        for one in submissions:
            tried.append(one.student)
            if one.student.startswith("fails"):
                yield Failed(one, "it died")
            else:
                yield blank_report(job.assignment, one, job.options, "graded")

    return execute


def _run(course, students, cache=None):
    tried = []
    job = Job(load_assignment(course.root, "tiny"), Options())
    results = list(graded(job, students, _executor(tried), cache))
    return {one.report.submission.id: one for one in results}, tried


def test_each_submission_has_one_report_whatever_becomes_of_it(tiny_course):
    students = [_submission("a"), _submission("b", "no file"), _submission("fails")]
    results, tried = _run(tiny_course, students)
    assert {name: one.report.status for name, one in results.items()} == {
        "a": "graded", "b": "rejected", "fails": "ungradable",
    }  # fmt: skip
    assert results["b"].report.reason == "no file"
    assert results["fails"].report.reason == "it died"
    assert tried == ["a", "fails"]


def test_only_marks_are_kept(tiny_course):
    students = [_submission("a"), _submission("b", "no file"), _submission("fails")]
    cache = Cache(tiny_course.root)
    _run(tiny_course, students, cache)
    results, tried = _run(tiny_course, students, cache)
    assert {name for name, one in results.items() if one.is_kept} == {"a"}
    assert tried == ["fails"]


def test_where_all_is_kept_nothing_is_started(tiny_course):
    def never(job, submissions):
        assert not list(submissions)
        yield from ()

    cache = Cache(tiny_course.root)
    _run(tiny_course, [_submission("a")], cache)
    job = Job(load_assignment(tiny_course.root, "tiny"), Options())
    (one,) = graded(job, [_submission("a")], never, cache)
    assert one.is_kept


def test_submissions_are_read_as_there_is_room_for_them(tiny_course):
    read = []

    def reading():
        for name in "abcd":
            read.append(name)
            yield _submission(name)

    job = Job(load_assignment(tiny_course.root, "tiny"), Options())
    results = graded(job, reading(), _executor([]), None)
    next(results)
    assert read == ["a"]


def test_what_is_kept_is_passed_on_before_the_next_is_read(tiny_course):
    cache = Cache(tiny_course.root)
    students = [_submission(name) for name in "abcd"]
    _run(tiny_course, students[:3], cache)
    read = []

    def reading():
        for one in students:
            read.append(one.student)
            yield one

    job = Job(load_assignment(tiny_course.root, "tiny"), Options())
    results = graded(job, reading(), _executor([]), cache)
    assert [(next(results).is_kept, list(read)) for _ in range(3)] == [
        (True, ["a"]), (True, ["a", "b"]), (True, ["a", "b", "c"]),
    ]  # fmt: skip
    assert next(results).is_kept is False


def test_a_result_comes_with_the_code_and_not_with_what_else_was_handed_in(tiny_course):
    whole = Submission("a", "tiny", {"tiny.py": b"x = 1", "adapter.safetensors": b"large"})
    results, _ = _run(tiny_course, [whole])
    assert results["a"].code == {"tiny.py": b"x = 1"}
