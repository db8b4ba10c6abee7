"""The made-up class of submissions/, graded once: each gets what it deserves, and is told why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from autograder.course.assignment import Assignment, load_assignment
from autograder.course.masked import known_gaps, mask_reference
from autograder.grading.grade import Grader
from autograder.grading.options import Options
from autograder.intake.discover import find_students, read_submission
from autograder.intake.submission import Submission
from autograder.models.store import is_present
from autograder.reports.schema import Report

ROOT = Path(__file__).parents[3]
FILE, FORM = "word_arithmetic.py", "answers.json"
CALL_S = 1.5  # calls take a tenth of it at most, but s08-endless-loop takes all of it
ELSEWHERE = 6  # points outside its own exercise that one mistake of the code may cost, at most

VECTOR, ARITHMETIC, SIMILARITY, NEAREST, EQUATIONS, ANSWERS = ALL = (
    "vector", "arithmetic", "similarity", "nearest", "equations", "answers",
)  # fmt: skip


@dataclass(frozen=True)
class Deserved:
    score: float  # points, without the bonus
    bonus: float = 0
    loses: tuple[str, ...] = ()  # exercises without full marks
    status: Set[str] = frozenset()  # how the tests end that are not passed
    says: str = ""  # in a message or a note


CLASS = {
    "s01-perfect": Deserved(100, 3),
    "s02-untouched": Deserved(
        0, 0, ALL, {"error", "failed"}, "gap in answers.json: no answer to 僵尸 + 复活 yet"
    ),
    "s03-half-done": Deserved(
        45, 0, (NEAREST, EQUATIONS, ANSWERS), {"error", "failed", "partial"},
        "gap 9, nearest candidate, line 82 is not filled yet",
    ),
    "s04-no-scale": Deserved(
        86, 0, (VECTOR, EQUATIONS, ANSWERS), {"failed", "partial"},
        "公主: not among the 10 nearest words, which begin with 君主",
    ),
    "s05-post-norm": Deserved(
        75, 1, (SIMILARITY, EQUATIONS, ANSWERS), {"failed", "partial"},
        "805.1 is not the similarity of 人类",
    ),
    "s06-labels-not-shifted": Deserved(
        90, 0, (EQUATIONS, ANSWERS), {"failed"}, "猫 + 狗 = 猫: the answer stands in the equation"
    ),
    "s08-endless-loop": Deserved(
        92, 2, (EQUATIONS,), {"timeout"}, f"took longer than {CALL_S:g} s"
    ),
    "s09-cheat": Deserved(
        20, 1, ALL, {"error", "failed", "partial"},
        "国王 + 国王: fewer than two words are left of it",
    ),
}  # fmt: skip
ONE_MISTAKE = {
    "s04-no-scale": VECTOR,
    "s05-post-norm": SIMILARITY,
    "s06-labels-not-shifted": EQUATIONS,
    "s08-endless-loop": EQUATIONS,
}


@pytest.fixture(scope="module")
def assignment() -> Assignment:
    if not is_present("word-vectors"):
        pytest.skip("the word vectors are not on this machine: autograder fetch word-vectors")
    as_given = load_assignment(ROOT, "word_arithmetic")
    limits = msgspec.structs.replace(as_given.limits, call_s=CALL_S)
    return msgspec.structs.replace(as_given, limits=limits)


@pytest.fixture(scope="module")
def warm(assignment: Assignment) -> Iterator[Grader]:
    with Grader(assignment, known_gaps(assignment), Options()) as one:
        yield one


@pytest.fixture(scope="module")
def handed_in(assignment: Assignment) -> Mapping[str, Submission]:
    students = find_students([ROOT / "submissions"], ["gpt2", "word_arithmetic"])
    return {student.id: read_submission(student, assignment) for student in students}


@pytest.fixture(scope="module")
def reports(warm: Grader, handed_in: Mapping[str, Submission]) -> Mapping[str, Report]:
    return {name: warm.grade(submission) for name, submission in handed_in.items()}


def test_the_class_is_the_one_in_the_folder(handed_in):
    assert sorted(handed_in) == sorted([*CLASS, "s07-syntax-error"])


def test_who_hands_in_nothing_for_this_assignment_is_told_so(reports):
    report = reports["s07-syntax-error"]
    assert (report.status, report.score) == ("rejected", 0)
    assert "not handed in" in report.reason


@pytest.mark.parametrize("name", CLASS)
def test_each_gets_the_points_that_it_deserves(reports, name):
    report, expected = reports[name], CLASS[name]
    assert report.status == "graded", report.reason
    assert report.score == expected.score
    assert report.final_score == expected.score + expected.bonus
    incomplete = tuple(one.id for one in report.exercises if one.score < one.max_score)
    assert incomplete == expected.loses


@pytest.mark.parametrize("name", CLASS)
def test_each_is_told_why(reports, name):
    report, expected = reports[name], CLASS[name]
    lost = [test for test in report.tests if test.status != "passed"]
    assert {test.status for test in lost} == expected.status
    assert all(test.hint for test in lost)
    told = [text for test in report.tests for text in (test.message, *test.notes)]
    assert any(expected.says in text for text in told)


@pytest.mark.parametrize("name", ONE_MISTAKE)
def test_one_mistake_costs_little_outside_its_own_exercise(reports, name):
    outside = [one for one in reports[name].exercises if one.id not in (ONE_MISTAKE[name], ANSWERS)]
    assert sum(one.max_score - one.score for one in outside) <= ELSEWHERE


def test_the_untouched_submission_is_the_template(assignment, handed_in):
    template = mask_reference(assignment)[FILE].template.encode()
    form = (assignment.given_folder / FORM).read_bytes()
    assert handed_in["s02-untouched"].files == {FILE: template, FORM: form}


def test_what_the_cheat_takes_from_the_grader_is_worth_nothing(warm, handed_in, reports):
    code = handed_in["s09-cheat"].files[FILE].decode()
    honest = code.partition("\n\n\nfrom assignments.")[0]
    files = dict(handed_in["s09-cheat"].files) | {FILE: honest.encode()}
    without = warm.grade(Submission("honest", "word_arithmetic", files))
    assert reports["s09-cheat"].score < without.score
