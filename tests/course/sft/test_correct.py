"""All points of the code for correct answers, in whatever style: correct/ holds some of the ways.

A graded test that turns one down asks for more than the assignment does. And a wrong label is shown
where it stands. Nothing but the code's tests run here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from autograder.course.assignment import load_assignment
from autograder.course.masked import known_gaps
from autograder.diagnosis.edits import edited
from autograder.diagnosis.mistakes import read_mistakes
from autograder.grading.grade import Grader
from autograder.grading.options import Options
from autograder.intake.submission import Submission
from autograder.reports.schema import Report

ROOT = Path(__file__).parents[3]
FILES = ("supervised_fine_tuning.py", "chat.py")
CODE = ("text", "labels", "collator", "config", "chat")
POINTS = 42  # of the code
STYLES = sorted(path for path in (Path(__file__).parent / "correct").iterdir())

Judge = Callable[[str, Mapping[str, str]], Report]


def texts_in(folder: Path) -> dict[str, str]:
    return {name: (folder / name).read_text(encoding="utf-8") for name in FILES}


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    """Grades the code of a submission, in the real sandbox, and says what hidden tests saw."""
    assignment = load_assignment(ROOT, "sft")
    code = [exercise for exercise in assignment.exercises if exercise.id in CODE]
    only = frozenset(test.id for exercise in code for test in exercise.tests)
    with Grader(assignment, known_gaps(assignment), Options(reveal=True)) as warm:

        def grade(name: str, texts: Mapping[str, str]) -> Report:
            files = {file: text.encode() for file, text in texts.items()}
            report = warm.grade(Submission(name, "sft", files), only)
            assert report.status == "graded", report.reason
            return report

        yield grade


@pytest.mark.parametrize(
    "folder", [*STYLES, ROOT / "solutions" / "sft"], ids=lambda folder: folder.name
)
def test_correct_code_gets_all_points_in_any_style(judge: Judge, folder: Path) -> None:
    report = judge(folder.name, texts_in(folder))
    graded = [test for test in report.tests if test.status == "passed" or test.message]
    refused = [f"{one.id}: {one.message}" for one in graded if one.status != "passed"]
    assert not refused, "\n".join(refused)
    assert report.score == POINTS


def test_the_first_wrong_label_is_shown_in_its_text(judge: Judge) -> None:
    known = {one.name: one for one in read_mistakes(load_assignment(ROOT, "sft"))}
    wrong = edited(texts_in(ROOT / "solutions" / "sft"), known["labels/reply-not-learnt"])
    test = next(one for one in judge("labels", wrong).tests
                if one.id.endswith("::test_only_what_the_assistant_says_is_learnt"))  # fmt: skip
    assert "(' The') has label −100, expected itself" in test.message
    assert "Assistant:▸ The◂ capital of France is" in test.message
