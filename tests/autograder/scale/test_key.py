"""The key of a result changes with each thing that decides it, and with nothing else."""

from __future__ import annotations

import dataclasses

import pytest

from autograder.course.assignment import load_assignment
from autograder.grading.options import Options
from autograder.intake.submission import Submission
from autograder.scale import key
from autograder.scale.job import Job
from autograder.scale.key import Keys

CODE = Submission("s01", "tiny", {"tiny.py": b"x = 1\n"})


def _key(course, submission=CODE, options=None):
    job = Job(load_assignment(course.root, "tiny"), options or Options())
    return Keys(job).of(submission)


def test_it_is_the_same_for_the_same(tiny_course):
    first = _key(tiny_course)
    tiny_course.write("assignments/other/assignment.toml", "")
    tiny_course.write("tests/other/test_other.py", "")
    tiny_course.write("submissions/s02/tiny/tiny.py", "")
    assert _key(tiny_course) == first
    assert _key(tiny_course, dataclasses.replace(CODE, student="s02")) == first


@pytest.mark.parametrize(
    "path",
    [
        "assignments/tiny/probes.py",
        "assignments/tiny/given/form.json",
        "tests/tiny/test_tiny.py",
        "tests/tiny/hidden/test_tiny.py",
        "solutions/tiny/tiny.py",
        "solutions/tiny/data.bin",
    ],
)
def test_each_file_of_the_assignment_counts(tiny_course, path):
    first = _key(tiny_course)
    file = tiny_course.root / path
    tiny_course.write(path, (file.read_text() if file.exists() else "") + "\n")
    assert _key(tiny_course) != first


def test_so_does_what_the_toml_says(tiny_course, edit):
    first = _key(tiny_course)
    edit(tiny_course.root / "assignments/tiny/assignment.toml", "call_s = 2.0", "call_s = 2.5")
    assert _key(tiny_course) != first


def test_the_late_policy_and_the_layout_of_the_toml_do_not(tiny_course):
    first = _key(tiny_course)
    path = tiny_course.root / "assignments/tiny/assignment.toml"
    late = "[late]\ndeadline = 2026-10-01T23:59:00Z\npercent_a_day = 10\n"
    path.write_text(f"# mind the deadline\n{path.read_text()}\n{late}")
    assert _key(tiny_course) == first


def test_so_does_a_file_that_the_suite_imports_from_elsewhere_in_the_course(tiny_course):
    tiny_course.write("tests/shared/laws.py", "A = 1\n")
    tiny_course.write("tests/tiny/hidden/more.py", "from tests.shared.laws import A\n")
    first = _key(tiny_course)
    tiny_course.write("tests/shared/laws.py", "A = 2\n")
    assert _key(tiny_course) != first


@pytest.mark.parametrize(
    "other",
    [
        {"files": {"tiny.py": b"x = 2\n"}},
        {"files": {"tiny2.py": b"x = 1\n"}},
        {"files": {"tiny.py": b"x = 1\n", "form.json": b""}},
        {"unread": {"form.json": "too large"}},
    ],
)
def test_each_file_of_the_submission_counts(tiny_course, other):
    assert _key(tiny_course, dataclasses.replace(CODE, **other)) != _key(tiny_course)


@pytest.mark.parametrize(
    "options", [Options(isolation="none"), Options(language="zh"), Options(reveal=True)]
)
def test_how_it_is_graded_counts(tiny_course, options):
    assert _key(tiny_course, options=options) != _key(tiny_course)


@pytest.mark.parametrize(
    ("name", "other"),
    [("all_versions", {"torch": "0.1"}), ("own_files", "other"), ("_processor", b"other")],
)
def test_what_it_is_graded_with_counts(tiny_course, monkeypatch, name, other):
    first = _key(tiny_course)
    monkeypatch.setattr(key, name, lambda *_: other)
    assert _key(tiny_course) != first


def test_the_weights_count_by_their_content(tiny_course, tmp_path):
    from autograder.models.weights import load_model

    folder = tmp_path / "weights"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    keys = []
    for content in (b"one", b"two", b"one"):
        (folder / "model.safetensors").write_bytes(content)
        keys.append(_key(tiny_course, options=Options(model=load_model(folder))))
    assert keys[0] != keys[1]
    assert keys[0] == keys[2]
    assert keys[0] != _key(tiny_course)
