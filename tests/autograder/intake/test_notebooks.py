"""Notebooks in the place of `.py` files: which cells count, and what becomes of IPython's lines."""

from __future__ import annotations

import json
import os
from pathlib import Path

import msgspec
import pytest

from autograder.intake.discover import Student, find_students, read_submission
from autograder.intake.magics import MOST_LINES
from autograder.intake.notebooks import MAX_CELLS, code_in
from autograder.intake.submission import MAX_FILE_BYTES, Rejection
from tests.autograder.intake.making import FORMATS, TINY, packed

TWO = msgspec.structs.replace(TINY, files=("model.py", "chat.py"), forms=())


def _code(source, **facts):
    return {"cell_type": "code", "source": source, "metadata": facts, "outputs": []}


def _test_cell(source):
    return _code(source, nbgrader={"grade": True, "solution": False, "grade_id": "t", "points": 1})


def _notebook(*cells, **more):
    whole = {"cells": [*cells], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps({**whole, **more}).encode()


def _lines(data, file="model.py", files=("model.py",), place="s01/gpt2/gpt2.ipynb"):
    """The code lines that count, without the comments that say which cell they are from."""
    text = code_in(place, data, file, files).decode()
    return [line for line in text.splitlines() if line and not line.startswith("# ")]


def _refusal(data, **how):
    with pytest.raises(Rejection) as refused:
        _lines(data, **how)
    return str(refused.value)


def _hand_in(home: Path, **files: bytes) -> Student:
    (home / "gpt2").mkdir(parents=True)
    for name, data in files.items():
        (home / "gpt2" / name.replace("__", ".")).write_bytes(data)
    return Student(home.name, home)


# ------------------------------------------------------------------ which notebook


@pytest.mark.parametrize("name", ["model__ipynb", "gpt2__ipynb"])
def test_a_notebook_after_the_file_or_the_assignment_takes_the_files_place(tmp_path, name):
    student = _hand_in(tmp_path / "s01", **{name: _notebook(_code("x = 1"))})
    submission = read_submission(student, TINY)
    assert not submission.problem
    assert b"x = 1" in submission.files["model.py"]
    assert not submission.passed_over


def test_a_file_beside_its_notebook_counts_and_the_notebook_is_named(tmp_path):
    student = _hand_in(
        tmp_path / "s01", model__py=b"x = 'file'", gpt2__ipynb=_notebook(_code("x = 'notebook'"))
    )
    submission = read_submission(student, TINY)
    assert submission.files["model.py"] == b"x = 'file'"
    assert submission.passed_over == ("gpt2.ipynb",)


@pytest.mark.parametrize("form", FORMATS)
def test_a_notebook_in_an_archive_is_read_as_one_in_a_folder(tmp_path, form):
    data = _notebook(_code("x = 1"))
    path = tmp_path / f"s01.{form}"
    path.write_bytes(packed([("gpt2/gpt2.ipynb", data)], form))
    submission = read_submission(Student("s01", path), TINY)
    assert submission.files["model.py"] == code_in("", data, "model.py", ["model.py"])


def test_a_whole_tree_of_nbgraders_submitted_folder_is_a_class(tmp_path):
    for name in ("amy", "bob"):
        student = tmp_path / "submitted" / name
        _hand_in(student, gpt2__ipynb=_notebook(_code(f"who = {name!r}")))
        (student / "gpt2" / "timestamp.txt").write_text("2026-10-01 12:00:00 UTC")
    students = find_students([tmp_path / "submitted"], ["gpt2"])
    found = {one.id: read_submission(one, TINY).files["model.py"] for one in students}
    assert {name: f"who = '{name}'".encode() in code for name, code in found.items()} == {
        "amy": True, "bob": True
    }  # fmt: skip


def test_a_notebook_of_another_name_is_named_in_the_refusal(tmp_path):
    student = _hand_in(tmp_path / "s01", homework__ipynb=_notebook(_code("x = 1")))
    problem = read_submission(student, TINY).problem
    assert "not handed in" in problem
    assert "rename homework.ipynb to model.ipynb" in problem


def test_a_link_out_of_the_folder_is_no_notebook(tmp_path):
    (tmp_path / "secret.ipynb").write_bytes(_notebook(_code("answer = 42")))
    student = _hand_in(tmp_path / "s01")
    os.symlink(tmp_path / "secret.ipynb", tmp_path / "s01/gpt2/gpt2.ipynb")
    assert "leaves the folder" in read_submission(student, TINY).problem


# ------------------------------------------------------------------ which cells


def test_all_code_cells_count_but_markdown_and_nbgraders_tests_do_not():
    data = _notebook(
        {"cell_type": "markdown", "source": "text", "metadata": {}},
        _code(["import torch\n", "x = 1"]),
        _code("y = 2", nbgrader={"grade": False, "solution": True}),
        _test_cell("assert False"),
    )
    assert _lines(data) == ["import torch", "x = 1", "y = 2"]


def test_what_the_student_adds_between_a_files_cells_belongs_to_it():
    data = _notebook(
        _code("# grader: setup\nimport autograder"), _code("import math"),
        _code("# file: model.py\nx = 1"), _code("helper = 2"), _code("y = helper"),
    )  # fmt: skip
    assert _lines(data) == ["import math", "x = 1", "helper = 2", "y = helper"]


@pytest.mark.parametrize("end", [_code("# grader: check\ncheck()"), _test_cell("t()")])
def test_what_stands_below_the_first_check_or_test_is_scratch_paper(end):
    data = _notebook(_code("# file: model.py\nx = 1"), end, _code("1 / 0"))
    assert _lines(data) == ["x = 1"]


def test_one_notebook_holds_several_files(tmp_path):
    data = _notebook(
        _code("# file: model.py\na = 1"), _code("b = 2"),
        _code("# file: chat.py\nc = 3"), _code("d = 4"),
    )  # fmt: skip
    submission = read_submission(_hand_in(tmp_path / "s01", gpt2__ipynb=data), TWO)
    assert b"a = 1" in submission.files["model.py"]
    assert b"b = 2" in submission.files["model.py"]
    assert b"c = 3" not in submission.files["model.py"]
    assert b"d = 4" in submission.files["chat.py"]
    assert b"b = 2" not in submission.files["chat.py"]


def test_without_the_line_that_names_a_file_two_files_cannot_be_told_apart():
    told = _refusal(_notebook(_code("x = 1")), files=("model.py", "chat.py"))
    assert "no cell begins with `# file: model.py`" in told


def test_each_file_may_have_a_notebook_of_its_own_name():
    place = "s01/gpt2/chat.ipynb"
    data = _notebook(_code("x = 1"))
    assert _lines(data, "chat.py", ("model.py", "chat.py"), place) == ["x = 1"]


# ------------------------------------------------------------------ what is no Python


def test_magics_and_shell_lines_become_comments_in_their_place():
    cell = (
        "%matplotlib inline\nx = 5\n!pip install \\\n  thing\nif x:\n    %time\ny = 7 \\\n  % 2\nx?"
    )
    text = code_in("", _notebook(_code(cell)), "model.py", ["model.py"]).decode()
    kept = text.split("\n")
    assert kept[kept.index("x = 5") - 1] == "pass  # %matplotlib inline"
    assert "pass  # !pip install" in [line.strip() for line in kept]
    assert "    pass  # %time" in kept
    names: dict[str, object] = {}
    exec(compile(text, "model.py", "exec"), names)  # noqa: S102 - the test's own cell
    assert (names["x"], names["y"]) == (5, 1)


def test_a_percent_sign_in_a_string_stays():
    assert _lines(_notebook(_code("s = '''\n%d of\n!x\n'''"))) == ["s = '''", "%d of", "!x", "'''"]


def test_a_cell_for_another_language_is_a_comment_and_a_timed_one_is_run():
    data = _notebook(_code("%%bash\nrm -rf x"), _code("%%time\nx = 1"), _code("%%writefile a\ny=1"))
    assert _lines(data) == ["x = 1"]


def test_a_value_that_only_ipython_can_make_is_refused_by_its_line():
    told = _refusal(_notebook(_code("x = 1\nfiles = !ls")))
    assert "`files = !ls` is IPython's" in told
    assert "Do: write it in Python" in told


def test_what_is_wrong_in_other_ways_is_left_for_the_import_to_tell():
    assert _lines(_notebook(_code("def f(:\n    return 1"))) == ["def f(:", "    return 1"]


def test_a_coding_line_in_a_cell_means_nothing():
    text = code_in("", _notebook(_code("# coding: gbk\nx = '鬼'")), "model.py", ["model.py"])
    names: dict[str, object] = {}
    exec(compile(text, "model.py", "exec"), names)  # noqa: S102 - the test's own cell
    assert names["x"] == "鬼"


# ------------------------------------------------------------------ bounds


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"no json", "no notebook"),
        (b"\xff\xfe\x00", "no notebook"),
        (b'{"cells": ' + b"[" * 100_000, "no notebook"),
        (b'{"nbformat": 4, "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
        (_notebook(_code(5)), "no notebook"),
        (_notebook(_code("x"), nbformat=3), "format 3"),
        (_notebook(_code("x"), metadata={"kernelspec": {"language": "R"}}), "Python kernel"),
        (_notebook(_code("\ud800")), "half a character"),
        (_notebook(*[_code("")] * (MAX_CELLS + 1)), "more than 10,000 cells"),
        (_notebook(_code("x" * MAX_FILE_BYTES), _code("y")), "more than 256 KiB"),
        (_notebook(_code("!x\n" * (MOST_LINES + 1))), "too many lines"),
    ],
)
def test_what_is_no_honest_notebook_is_refused(data, told):
    assert told in _refusal(data)


def test_a_notebook_may_be_larger_than_a_source_file_but_not_without_end(tmp_path):
    plot = {**_code("x = 1"), "outputs": [{"data": {"image/png": "A" * (1 << 20)}}]}
    assert _lines(_notebook(plot)) == ["x = 1"]
    student = _hand_in(tmp_path / "s01", gpt2__ipynb=_notebook(plot, more="A" * (8 << 20)))
    assert "more than 8,192 KiB" in read_submission(student, TINY).problem


def test_outputs_and_facts_that_nobody_asked_for_do_not_matter():
    odd = {**_code("x = 1"), "outputs": [{"data": [None, {"a": 1e400}]}], "id": 7}
    odd["metadata"] = {"nbgrader": {"grade": False, "schema_version": "x"}, "tags": 3}
    assert _lines(_notebook(odd)) == ["x = 1"]
