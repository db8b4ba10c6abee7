"""A new assignment's files: which names it may have; written whole or not at all."""

from __future__ import annotations

import pytest

from autograder.course.new import new_files, write_new
from autograder.errors import CourseError


@pytest.mark.parametrize("name", ["layer_norm", "bpe", "x2", "task_1_"])
def test_a_name_is_one_that_python_and_a_folder_can_have(tmp_path, name):
    files = new_files(tmp_path, name)
    assert f"solutions/{name}/{name}.py" in files
    assert f"tests/{name}/hidden/test_{name}.py" in files
    assert not any(mark in path or mark.encode() in data for path, data in files.items()
                   for mark in ("NAME", "$"))  # fmt: skip


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        *((name, "no name for a folder and a Python module")
          for name in ("", "Layer", "layer-norm", "../up", "a/b", "1st", "层", "a" * 41, "a\nb")),
        *((name, "a course has a folder of this name")
          for name in ("tests", "assignments", "template", "student_template", "pretraining")),
        *((name, "Python has it already")
          for name in ("json", "random", "lambda", "torch", "rich", "autograder", "probes")),
    ],
)  # fmt: skip
def test_any_other_name_is_refused_in_one_line(tmp_path, name, cause):
    with pytest.raises(CourseError) as caught:
        new_files(tmp_path, name)
    assert cause in str(caught.value)
    assert ". Do: " in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("top", ["assignments", "solutions", "tests"])
def test_what_has_the_name_already_stays(tmp_path, top):
    (tmp_path / top / "layer_norm").mkdir(parents=True)
    with pytest.raises(CourseError, match=f"{top}/layer_norm is there already. Do: "):
        new_files(tmp_path, "layer_norm")


def test_every_secret_is_a_fresh_one(tmp_path):
    made = [new_files(tmp_path, "bpe")["assignments/bpe/assignment.toml"] for _ in range(2)]
    assert made[0] != made[1]


def test_where_one_folder_cannot_be_written_none_is(tmp_path):
    (tmp_path / "solutions").mkdir()
    (tmp_path / "assignments").write_text("a file in the folder's place, which comes last")
    with pytest.raises(CourseError, match=r"cannot be written .*Do: "):
        write_new(tmp_path, "bpe", new_files(tmp_path, "bpe"))
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["assignments", "solutions"]
