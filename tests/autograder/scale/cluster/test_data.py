"""Data does not travel: a worker that lacks it, or has other bytes, says which and what to do."""

from __future__ import annotations

import pytest

from autograder.course.assignment import load_assignment
from autograder.errors import CourseError
from autograder.grading.options import Options
from autograder.models.weights import load_model
from autograder.scale.cluster.data import check_data, data_needed, placed
from autograder.scale.cluster.messages import Refusal
from autograder.scale.job import Job


@pytest.fixture
def job(tiny_course, edit, monkeypatch) -> Job:
    """Of an assignment that needs word vectors, which lie in the course, and of --model."""
    edit(
        tiny_course.root / "assignments/tiny/assignment.toml",
        'visibility = "hidden"',
        'visibility = "hidden"\nneeds = ["word-vectors"]',
    )
    monkeypatch.chdir(tiny_course.root)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tiny_course.root / "cache"))
    tiny_course.write("model/word-vectors/words.txt", "a\n")
    tiny_course.write("model/word-vectors/vectors.safetensors", "")
    tiny_course.write("weights/config.json", "{}")
    weights = tiny_course.write("weights/model.safetensors", "weights").parent
    model = load_model(weights.relative_to(tiny_course.root))
    return Job(load_assignment(tiny_course.root, "tiny"), Options(model=model))


def test_the_same_data_is_accepted_wherever_it_lies(job, tiny_course, monkeypatch):
    data = data_needed(job)
    other = tiny_course.write("other/assignments/README.md", "").parents[1]
    (tiny_course.root / "model").rename(other / "model")
    monkeypatch.chdir(other)
    check_data(data)


def test_missing_data_is_named(job, tiny_course):
    data = data_needed(job)
    (tiny_course.root / "model").rename(tiny_course.root / "elsewhere")
    with pytest.raises(CourseError, match=r"word-vectors: .*`autograder fetch word-vectors`"):
        check_data(data)


def test_other_bytes_are_named(job, tiny_course):
    data = data_needed(job)
    tiny_course.write("model/word-vectors/words.txt", "b\n")
    with pytest.raises(
        CourseError, match=r"word-vectors has other bytes there .*`autograder fetch word-vectors`"
    ):
        check_data(data)


def test_weights_lie_at_the_same_absolute_path(job, tiny_course):
    data = data_needed(job)
    moved = placed(job, data).options.model
    assert moved.path == tiny_course.root / "weights/model.safetensors"
    assert moved.name == job.options.model.name


@pytest.mark.parametrize("content", ["other weights", None])
def test_weights_that_are_missing_or_others_are_named(job, tiny_course, content):
    data = data_needed(job)
    path = tiny_course.root / "weights/model.safetensors"
    path.unlink()
    if content:
        path.write_text(content)
    with pytest.raises(CourseError, match=rf"{path} \(--model\) .*Do: put the same file"):
        check_data(data)


def test_a_refusal_keeps_cause_and_next_step_apart():
    refusal = Refusal.of(CourseError("x: is not here. Do: fetch it"))
    assert (refusal.cause, refusal.remedy) == ("x: is not here", "fetch it")
