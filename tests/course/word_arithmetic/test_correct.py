"""Every correct answer gets full marks, however it is written: correct/ holds some of the ways.

Each file is a whole answer in a style of its own, which its first line names. A graded test that
turns one down asks for more than the assignment does.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from autograder.grading.grade import Grader
from autograder.intake.submission import Submission

FORM = Path(__file__).parents[3] / "solutions/word_arithmetic/answers.json"
FILES = sorted((Path(__file__).parent / "correct").glob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
@pytest.mark.parametrize("saved", ["as it is", "by Windows"])
def test_a_correct_answer_gets_full_marks_in_any_style(
    grader: Grader, path: Path, saved: str
) -> None:
    code, form = path.read_bytes(), FORM.read_bytes()
    if saved == "by Windows":
        code, form = (b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n") for data in (code, form))
    files = {"word_arithmetic.py": code, "answers.json": form}
    report = grader.grade(Submission(path.stem, "word_arithmetic", files))
    assert report.status == "graded", report.reason
    refused = [
        f"{test.id}: {test.status}: {test.message}"
        for test in report.tests
        if test.status != "passed"
    ]
    assert not refused, "\n".join(refused)
    assert report.score == report.max_score == 100


@pytest.mark.parametrize("name", ["combine", "unit", "nearest_words", "parse_equation"])
def test_the_styles_differ(name: str) -> None:
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in FILES]
    ways = {ast.dump(node) for tree in trees for node in tree.body
            if isinstance(node, ast.FunctionDef) and node.name == name}  # fmt: skip
    assert len(ways) >= 5, f"{name} is written in {len(ways)} ways"
