"""The made-up class of submissions/, and worse: what is handed in beside the code, graded for real.

The tests of the code are left out: test_correct.py has them, and the known mistakes.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from safetensors.torch import load, save

from autograder.course.assignment import Assignment, load_assignment
from autograder.course.masked import known_gaps, mask_reference
from autograder.grading.grade import Grader
from autograder.grading.likeness import answers, near_identical, read_matrices
from autograder.grading.options import Options
from autograder.intake.discover import Student, find_students, read_submission
from autograder.intake.submission import Submission
from autograder.reports.schema import Report
from tests.sft.configuration import CONFIG, WEIGHTS
from tests.sft.transcript import FILE

ROOT = Path(__file__).parents[3]
FULL = {
    "adapter": 6, "loss": 22, "quantised": 6, "behaviour": 12, "transcript": 6, "regression": 6,
}  # fmt: skip
NOTHING = dict.fromkeys(FULL, 0)

# the points of each part; a pair is the least and the most
CLASS: Mapping[str, Mapping[str, float | tuple[float, float]]] = {
    "s01-perfect": FULL,
    "s02-untouched": NOTHING,  # rank 32
    "s03-half-done": NOTHING,  # nothing but code
    "s04-no-scale": {**NOTHING, "adapter": 4, "transcript": 2},  # B is zero
    "s05-post-norm": {**NOTHING, "adapter": 2},  # of a wider model
    "s06-labels-not-shifted": {**NOTHING, "adapter": 6, "behaviour": (0, 0.1)},  # by the human
    "s07-syntax-error": {**NOTHING, "adapter": 2},  # a pickle
    "s08-endless-loop": {**NOTHING, "adapter": 4, "transcript": 2},  # NaN
    "s09-cheat": {**FULL, "transcript": 2},  # somebody else's adapter, and a made-up transcript
}
SAYS = {
    "s02-untouched": "r = 32: a rank from 1 to 16",
    "s03-half-done": f"gap in {CONFIG}: not handed in",
    "s04-no-scale": "every B A is zero",
    "s05-post-norm": "has shape",
    "s07-syntax-error": f"gap in {WEIGHTS}: not handed in",
    "s08-endless-loop": "holds values that are not finite",
    "s09-cheat": "doubt: ",
}


@pytest.fixture(scope="module")
def assignment() -> Assignment:
    return load_assignment(ROOT, "sft")


@pytest.fixture(scope="module")
def grader(assignment: Assignment) -> Iterator[Grader]:
    with Grader(assignment, known_gaps(assignment), Options(reveal=True)) as warm:
        yield warm


@pytest.fixture(scope="module")
def grade(grader, assignment):
    ids = frozenset(test.id for one in assignment.exercises if one.id in FULL for test in one.tests)
    return lambda submission: grader.grade(submission, ids)


@pytest.fixture(scope="module")
def handed_in(assignment: Assignment) -> Mapping[str, Submission]:
    students = find_students([ROOT / "submissions"], ["sft"])
    return {student.id: read_submission(student, assignment) for student in students}


@pytest.fixture(scope="module")
def reports(grade, handed_in: Mapping[str, Submission]) -> Mapping[str, Report]:
    return {name: grade(submission) for name, submission in handed_in.items()}


def points(report: Report) -> dict[str, float]:
    assert report.status == "graded", report.reason
    return {one.id: one.score for one in report.exercises if one.id in FULL}


def messages(report: Report) -> str:
    return "\n".join(test.message for test in report.tests)


def test_the_class_is_the_one_in_the_folder(handed_in):
    assert sorted(handed_in) == sorted(CLASS)


@pytest.mark.parametrize("name", CLASS)
def test_each_gets_the_points_that_it_deserves(reports, name):
    got = points(reports[name])
    for part, expected in CLASS[name].items():
        least, most = expected if isinstance(expected, tuple) else (expected, expected)
        assert least <= got[part] <= most, f"{part}: {got}\n{messages(reports[name])}"


@pytest.mark.parametrize("name", SAYS)
def test_each_is_told_why(reports, name):
    lost = [test for test in reports[name].tests if test.id and test.status != "passed"]
    assert any(SAYS[name] in test.message for test in lost), messages(reports[name])
    assert all("\n" not in test.message or test.status == "partial" for test in lost)


def test_the_untouched_code_is_the_template(assignment, handed_in):
    template = {name: one.template.encode() for name, one in mask_reference(assignment).items()}
    files = handed_in["s02-untouched"].files
    assert {name: files[name] for name in template} == template


def test_an_adapter_taken_from_another_is_noticed(handed_in):
    adapters = {
        name: read_matrices(one.files[WEIGHTS])
        for name, one in handed_in.items()
        if WEIGHTS in one.files
    }
    answered = {name: answers(one) for name, one in adapters.items()}
    fit = {name: one for name, one in answered.items() if one is not None}
    assert [pair[:2] for pair in near_identical(fit)] == [("s01-perfect", "s09-cheat")]
    assert adapters["s01-perfect"].keys() == adapters["s09-cheat"].keys()


# ------------------------------------------------------------------ worse, in a folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the best student's."""
    return Path(shutil.copytree(ROOT / "submissions/s01-perfect/sft", tmp_path / "s10/sft"))


@pytest.fixture
def grade_folder(grade, assignment, folder):
    return lambda: grade(read_submission(Student("s10", folder.parent), assignment))


def test_an_adapter_of_two_gigabytes_costs_what_needs_it_and_no_more(folder, grade_folder):
    os.truncate(folder / WEIGHTS, 2 << 30)  # sparse: it takes no room
    report = grade_folder()
    assert points(report) == {**NOTHING, "adapter": 2, "transcript": 2}
    assert f"{WEIGHTS}: 2,097,152 KiB, more than" in messages(report)


def test_a_link_out_of_the_folder_is_not_followed(folder, grade_folder):
    (folder / WEIGHTS).unlink()
    (folder / WEIGHTS).symlink_to(ROOT / "solutions/sft" / WEIGHTS)
    report = grade_folder()
    assert points(report) == {**NOTHING, "adapter": 2, "transcript": 2}
    assert "a link that leaves the folder" in messages(report)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe\x00",
        b'{"turns": [' + b'{"from":"human","value":""},' * 100_000 + b"]}",
        b"[" * 1_000_000,
    ],
)
def test_a_transcript_that_is_none_costs_its_own_points_only(folder, grade_folder, data):
    (folder / FILE).write_bytes(data)
    report = grade_folder()
    assert points(report) == {**FULL, "transcript": 0}
    assert FILE in messages(report)


def test_a_missing_transcript_costs_its_own_points_only(folder, grade_folder):
    (folder / FILE).unlink()
    assert points(grade_folder()) == {**FULL, "transcript": 0}


def test_values_at_the_edge_of_the_numbers_are_the_students_trouble_not_ours(folder, grade_folder):
    weights = load((folder / WEIGHTS).read_bytes())
    for power in (4, 12, 18):  # losses in the thousands, then not finite; nothing overflows before
        large = {name: matrix * 10.0**power for name, matrix in weights.items()}
        (folder / WEIGHTS).write_bytes(save(large))
        assert points(grade_folder())["loss"] == 0
