"""`check --explain`: attention as a pattern, in characters and as a picture."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from autograder.course.assignment import find_template
from autograder.errors import CourseError
from autograder.grading.pattern import Pattern
from autograder.loop import pattern_picture
from autograder.loop.explain import explain as draw
from autograder.loop.pattern_picture import draw_picture
from autograder.loop.pattern_text import pattern_lines

ROOT = Path(__file__).parents[3]
CAUSAL = torch.tensor([[[1.0, 0.0], [0.4, 0.6]]])


def pattern(yours):
    return Pattern(("a", "b"), torch.tensor([yours]), CAUSAL, "Hugging Face")


def lines(yours):
    return [line.plain for line in pattern_lines(pattern(yours), "en")]


def test_the_same_is_said_to_be_the_same():
    assert lines([[1.0, 0.0], [0.4, 0.6]])[-1].strip() == "the same"


def test_shades_stand_side_by_side_and_the_largest_difference_is_named():
    drawn = lines([[0.5, 0.5], [0.4, 0.6]])
    assert drawn[2] == "a        │▒▒▒▒│    │██  │"
    assert drawn[-1].strip() == (
        "most unlike at row 1 (a), column 1 (a): yours 0.50, expected 1.00"
    )


def test_what_is_no_weight_is_shown_as_such():
    assert "│<0>1│" in lines([[-1.0, 2.0], [0.4, 0.6]])[2]


def test_a_picture_is_written_in_both_forms(tmp_path):
    draw_picture(pattern([[1.0, 0.0], [0.4, 0.6]]), tmp_path / "gpt2-attention", "en")
    assert (tmp_path / "gpt2-attention.png").read_bytes().startswith(b"\x89PNG")
    assert "<svg" in (tmp_path / "gpt2-attention.svg").read_text()


def test_without_matplotlib_it_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(pattern_picture, "find_spec", lambda _: None)
    told = draw_picture(pattern([[1.0, 0.0], [0.4, 0.6]]), tmp_path / "p", "en")
    assert told == ["no picture without matplotlib. Do: pip install matplotlib"]
    assert not list(tmp_path.iterdir())


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    folder = tmp_path_factory.mktemp("explain") / "mine"
    shutil.copytree(ROOT / "student_template", folder)
    return folder


def explain(template):
    command = [sys.executable, "-m", "autograder", "check", "gpt2", "--explain"]
    return subprocess.run(command, cwd=template, capture_output=True, text=True, check=False)


def test_attention_without_its_scale_is_too_sure_of_itself(template):
    code = (ROOT / "submissions/s04-no-scale/gpt2/modeling_gpt2.py").read_text()
    (template / "gpt2/modeling_gpt2.py").write_text(code)
    result = explain(template)
    assert result.returncode == 0, result.stderr
    assert "row 4 (on), column 4 (on): yours 0.97, expected 0.72" in result.stdout
    assert max(map(len, result.stdout.splitlines()[:-2])) <= 80
    assert (template / ".autograder/gpt2-attention.svg").is_file()


def test_a_gap_that_is_open_is_what_it_says(template):
    shutil.copy(ROOT / "student_template/gpt2/modeling_gpt2.py", template / "gpt2")
    assert "gap 9, attention c-attn, line " in explain(template).stdout


def test_an_assignment_with_nothing_to_draw_says_so(template):
    course = find_template(template)
    with pytest.raises(CourseError, match=r"there is nothing to draw\. Do: "):
        draw(course, [course.assignment("word_arithmetic")], "en")
