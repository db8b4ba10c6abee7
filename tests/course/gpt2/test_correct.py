"""Every correct answer gets full marks, however it is written: correct/ holds some of the ways.

Each file is a whole answer in a style of its own, which its first line names. A graded test that
turns one down asks for more than the assignment does.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.grading.grade import Grader
from autograder.intake.submission import Submission

FILES = sorted((Path(__file__).parent / "correct").glob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_correct_answer_gets_full_marks_in_any_style(grader: Grader, path: Path) -> None:
    files = {"modeling_gpt2.py": path.read_bytes()}
    report = grader.grade(Submission(path.stem, "gpt2", files))
    assert report.status == "graded", report.reason
    refused = [
        f"{test.id}: {test.status}: {test.message}"
        for test in report.tests
        if test.status != "passed"
    ]
    assert not refused, "\n".join(refused)
    assert report.score == report.max_score == 100


def test_there_are_many_styles() -> None:
    assert len(FILES) >= 16


def test_one_file_is_as_windows_saves_it() -> None:
    data = Path(__file__).with_name("correct").joinpath("windows_bom_crlf.py").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\n") == data.count(b"\r\n") > 100
