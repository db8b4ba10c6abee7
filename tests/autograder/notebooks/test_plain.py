"""Notebooks for students without nbgrader: run in a real kernel, checked in a cell, handed in."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import jupytext
import nbformat
import pytest

from tests.autograder.conftest import SECRET, tiny_course_at
from tests.autograder.notebooks.tools import executed, read

pytestmark = pytest.mark.timeout(900)  # programs that take their time on a busy machine

INSTALL, SETUP = 0, 1


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """With its exported notebooks, in both languages.

    Their first cell installs what pip has already, so it needs no network.
    """
    course = tiny_course_at(tmp_path_factory.mktemp("plain") / "course")
    for language in ("en", "zh"):
        done = course.run("export", "notebooks", language, "--grader", "pip", "--lang", language)
        assert done.returncode == 0, done.stderr
    return course


@pytest.fixture(scope="module")
def untouched(course, tmp_path_factory):
    """The notebook as it was given out, after its cells were run."""
    folder = shutil.copytree(course.root / "en/tiny", tmp_path_factory.mktemp("run") / "tiny")
    return folder, executed(folder / "tiny.ipynb")


@pytest.fixture
def notebook(course, tmp_path):
    """A copy to fill in."""
    return shutil.copytree(course.root / "en/tiny", tmp_path / "tiny") / "tiny.ipynb"


def _write(path, whole):
    path.write_text(json.dumps(whole), encoding="utf-8")


def _shown(whole, kind="text/html"):
    """What the check's cell shows."""
    cell = next(one for one in whole["cells"] if one["source"][:1] and "check" in "".join(
        one["source"]).partition("\n")[0] and one["cell_type"] == "code")  # fmt: skip
    outputs = [one for one in cell["outputs"] if one["output_type"] == "execute_result"]
    assert outputs, cell["outputs"]
    return "".join(outputs[0]["data"][kind])


def _fill(path, old, new):
    whole = read(path)
    for cell in whole["cells"]:
        if cell["cell_type"] == "code":
            cell["source"] = cell["source"].replace(old, new)
    _write(path, whole)


def test_it_is_a_notebook_as_the_format_has_it(notebook):
    nbformat.validate(nbformat.read(notebook, as_version=4))
    ids = [one["id"] for one in read(notebook)["cells"]]
    assert len(set(ids)) == len(ids)
    first, second = (read(notebook)["cells"][n]["source"] for n in (INSTALL, SETUP))
    assert "%pip install --quiet {GRADER}" in first
    assert 'GRADER = "pip"' in first
    assert "Notebook" in second


def test_the_check_shows_open_gaps_with_their_hints_as_html(untouched):
    shown = _shown(untouched[1])
    assert "0 / 7" in shown
    assert "gap 1, sum total, line" in shown
    assert "Add along the last axis." in shown
    assert "gap 2, scale product" in shown
    assert "<script" not in shown


def test_a_notebook_that_is_filled_in_passes_and_is_what_the_sandbox_takes(notebook, course):
    _fill(notebook, "total = [MASK]", "total = x.sum(dim=-1)")
    _fill(notebook, "    [MASK]\n", "    total = factor * total\n")
    whole = executed(notebook)
    shown = _shown(whole)
    assert "7 / 7" in shown
    assert "✗" not in shown
    assert (notebook.parent / "course/tests/tiny/test_tiny.py").is_file()
    home = course.root / "submissions/amy/tiny"
    home.mkdir(parents=True)
    _write(home / "tiny.ipynb", read(notebook))
    assert course.run("grade", "submissions").returncode == 0
    assert read(course.root / "reports/tiny/amy.json")["score"] == 10


def test_a_failure_names_the_cell_and_its_line_and_what_a_student_wrote_is_escaped(notebook):
    _fill(notebook, "total = [MASK]", "raise ValueError('<script>alert(1)</script>')")
    shown = _shown(executed(notebook))
    assert "ValueError: &lt;script&gt;alert(1)&lt;/script&gt; (In [" in shown
    assert "in scaled_sum)" in shown
    assert "<script" not in shown


def test_a_gap_filled_in_a_later_run_of_its_cell_is_open_no_more_in_chinese_too(course, tmp_path):
    path = shutil.copytree(course.root / "zh/tiny", tmp_path / "tiny") / "tiny.ipynb"
    whole = read(path)
    cells = whole["cells"]
    place = next(n for n, one in enumerate(cells) if "def scaled_sum" in one["source"])
    filled = cells[place]["source"].replace("[MASK]\n", "x.sum(dim=-1)\n", 1)
    cells.insert(place + 1, {**cells[place], "id": "again", "source": filled})
    _write(path, whole)
    shown = _shown(executed(path))
    assert "公开测试" in shown
    assert "第 1 个空" not in shown
    assert "第 2 个空" in shown
    assert "The factor goes last." in shown  # which has no other hint


def test_the_pair_is_a_script_of_jupytexts_that_says_the_same(notebook):
    script = notebook.with_name("tiny.nb.py")
    paired = jupytext.read(script)
    whole = jupytext.read(notebook)
    assert [one.source for one in paired.cells] == [one.source for one in whole.cells]
    assert whole.metadata["jupytext"]["formats"] == "ipynb,.nb.py:percent"
    assert "# %pip install" in script.read_text()


def test_jupytexts_own_command_finds_the_pair_and_keeps_it_in_step(notebook):
    script = notebook.with_name("tiny.nb.py")
    script.write_text(script.read_text().replace("total = [MASK]", "total = x.sum(dim=-1)"))
    done = subprocess.run(
        [sys.executable, "-m", "jupytext", "--sync", script.name], cwd=notebook.parent,
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "total = x.sum(dim=-1)" in json.dumps(read(notebook))


def test_nothing_in_it_tells_an_answer_a_hidden_test_or_the_secret(untouched):
    folder, _ = untouched  # and so the files that it holds are beside it
    files = [path for path in folder.rglob("*") if path.suffix in (".ipynb", ".py", ".toml")]
    assert len(files) > 4
    for path in files:
        for told in (SECRET, "works_for_one_row", "x.sum(dim=-1)\n    total"):
            assert told not in path.read_text(encoding="utf-8"), path


def test_outside_a_notebook_the_result_is_lines_of_text(untouched):
    assert "public tests: 0 / 7 points" in _shown(untouched[1], "text/plain")
