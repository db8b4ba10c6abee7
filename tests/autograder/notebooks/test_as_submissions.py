"""The command line on notebooks: graded in the sandbox; checked and packed by a student."""

from __future__ import annotations

import json
import zipfile

import pytest

from tests.autograder.notebooks.tools import read

GOOD = "import torch\n\ndef scaled_sum(x, factor):\n    return factor * x.sum(dim=-1)"


def _notebook(*sources: str) -> str:
    cells = [{"cell_type": "code", "source": one, "metadata": {}, "outputs": [],
              "execution_count": None} for one in sources]  # fmt: skip
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4})


@pytest.fixture
def template(tiny_course):
    """What a student has, with a notebook in the place of the file."""
    assert tiny_course.run("release").returncode == 0
    folder = tiny_course.root / "student_template"
    (folder / "tiny/tiny.py").unlink()
    (folder / "tiny/tiny.ipynb").write_text(_notebook("%matplotlib inline", GOOD), encoding="utf-8")
    return folder


def test_a_notebook_is_graded_in_the_sandbox_as_the_file_that_its_cells_make(tiny_course):
    tiny_course.write("submissions/amy/tiny/tiny.ipynb", _notebook("!ls", GOOD))
    tiny_course.write("submissions/ben/tiny/tiny.ipynb", _notebook("import os", "os.listdir('/')"))
    done = tiny_course.run("grade", "submissions")
    assert done.returncode == 0, done.stderr
    amy, ben = (read(tiny_course.root / f"reports/tiny/{one}.json") for one in ("amy", "ben"))
    assert (amy["score"], ben["score"]) == (10, 0)
    assert amy["submission"]["files"] == ["tiny.py"]
    assert "PermissionError" in ben["tests"][0]["message"]  # the code ran in the sandbox alone


def test_a_file_beside_its_notebook_counts_and_a_line_says_so(tiny_course):
    tiny_course.hand_in("amy", "return 0 * x")
    tiny_course.write("submissions/amy/tiny/tiny.ipynb", _notebook(GOOD))
    done = tiny_course.run("grade", "submissions")
    assert "amy: handed in tiny.ipynb beside the file for which it could stand" in done.stderr
    assert read(tiny_course.root / "reports/tiny/amy.json")["score"] == 0


def test_a_student_checks_and_packs_a_notebook_as_if_it_were_the_file(tiny_course, template):
    checked = tiny_course.run("check", cwd=template)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "public tests: 7 / 7" in checked.stdout
    assert tiny_course.run("pack", "--output", "mine.zip", cwd=template).returncode == 0
    with zipfile.ZipFile(template / "mine.zip") as packed:
        assert "return factor * x.sum(dim=-1)" in packed.read("tiny/tiny.py").decode()
