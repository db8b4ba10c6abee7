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
from autograder.reports.schema import Report

ROOT = Path(__file__).parents[3]
FILE = "modeling_gpt2.py"
CALL_S = 1.0  # calls take milliseconds, but s08-endless-loop takes all of it
WHOLE_MODEL = 15  # points outside its own exercise that one mistake may cost, at most

MLP, ATTENTION, BLOCK, MODEL, HEAD, TEXT = ALL = (
    "mlp", "attention", "block", "model", "lm_head", "generation",
)  # fmt: skip


@dataclass(frozen=True)
class Deserved:
    least: float  # points
    most: float
    loses: tuple[str, ...] = ()  # exercises without full marks, of all that are there
    status: Set[str] = frozenset()  # how the tests end that are not passed
    says: str = ""  # in a message, where it isn't about numbers


CLASS = {
    "s01-perfect": Deserved(100, 100),
    "s02-untouched": Deserved(
        0, 0, ALL, {"error"}, "gap 3, mlp gelu-new, line 27 is not filled yet"
    ),
    "s03-half-done": Deserved(
        40, 50, ALL[2:], {"error"}, "gap 20, block ln-1, line 97 is not filled yet"
    ),
    "s04-no-scale": Deserved(80, 92, (ATTENTION, MODEL, HEAD, TEXT), {"failed"}, "values differ"),
    "s05-post-norm": Deserved(72, 86, (BLOCK, MODEL, HEAD, TEXT), {"failed"}, "values differ"),
    "s06-labels-not-shifted": Deserved(88, 95, (HEAD,), {"failed"}, "loss"),
    "s07-syntax-error": Deserved(0, 0, ALL, {"error"}, f"'(' was never closed ({FILE}, line 86"),
    "s08-endless-loop": Deserved(
        94, 99, (TEXT,), {"timeout"}, f"took longer than {CALL_S:g} s"
    ),
    "s09-cheat": Deserved(44, 56, ALL[2:], {"error", "crashed"}, "os._exit"),
}  # fmt: skip
ONE_MISTAKE = {
    "s04-no-scale": ATTENTION,
    "s05-post-norm": BLOCK,
    "s06-labels-not-shifted": HEAD,
    "s08-endless-loop": TEXT,
}


@pytest.fixture(scope="module")
def assignment() -> Assignment:
    as_given = load_assignment(ROOT, "gpt2")
    limits = msgspec.structs.replace(as_given.limits, call_s=CALL_S)
    return msgspec.structs.replace(as_given, limits=limits)


@pytest.fixture(scope="module")
def warm(assignment: Assignment) -> Iterator[Grader]:
    with Grader(assignment, known_gaps(assignment), Options()) as one:
        yield one


@pytest.fixture(scope="module")
def handed_in(assignment: Assignment) -> Mapping[str, Submission]:
    students = find_students([ROOT / "submissions"], ["gpt2"])
    return {student.id: read_submission(student, assignment) for student in students}


@pytest.fixture(scope="module")
def reports(warm: Grader, handed_in: Mapping[str, Submission]) -> Mapping[str, Report]:
    return {name: warm.grade(submission) for name, submission in handed_in.items()}


def test_the_class_is_the_one_in_the_folder(handed_in):
    assert sorted(handed_in) == sorted(CLASS)


@pytest.mark.parametrize("name", CLASS)
def test_each_gets_the_points_that_it_deserves(reports, name):
    report, expected = reports[name], CLASS[name]
    assert report.status == "graded", report.reason
    assert expected.least <= report.score <= expected.most
    incomplete = tuple(one.id for one in report.exercises if one.score < one.max_score)
    assert incomplete == expected.loses


@pytest.mark.parametrize("name", CLASS)
def test_each_is_told_why(reports, name):
    report, expected = reports[name], CLASS[name]
    lost = [test for test in report.tests if test.status != "passed"]
    assert {test.status for test in lost} == expected.status
    assert all(test.hint for test in lost)
    assert not lost or any(expected.says in test.message for test in lost)


@pytest.mark.parametrize("name", ONE_MISTAKE)
def test_one_mistake_costs_little_outside_its_own_exercise(reports, name):
    outside = [one for one in reports[name].exercises if one.id != ONE_MISTAKE[name]]
    assert sum(one.max_score - one.score for one in outside) <= WHOLE_MODEL


def test_the_untouched_submission_is_the_template(assignment, handed_in):
    template = mask_reference(assignment)[FILE].template.encode()
    assert handed_in["s02-untouched"].files == {FILE: template}


def test_the_half_done_submission_has_done_its_half_well(reports):
    report = reports["s03-half-done"]
    assert {one.id for one in report.exercises if one.score} == {MLP, ATTENTION}


def test_cheating_adds_nothing_to_what_was_honestly_done(warm, handed_in, reports):
    code = handed_in["s09-cheat"].files[FILE].decode()
    honest = code.partition("\n\n\ndef always")[0].replace("os._exit(0)", "[MASK]")
    without = warm.grade(Submission("honest", "gpt2", {FILE: honest.encode()}))
    cheat = reports["s09-cheat"]
    assert cheat.score == without.score
    assert [test.score for test in cheat.tests] == [test.score for test in without.tests]
