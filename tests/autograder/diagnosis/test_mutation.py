"""What the tests make of a reference's mutants, and the list of those they let by."""

import functools
import shutil
from pathlib import Path

import msgspec
import pytest

from autograder.course.assignment import Assignment, find_course
from autograder.diagnosis.mutation import Mutation, Survivor, mutants_of, mutate, read_survivors
from autograder.errors import CourseError
from autograder.grading.options import Options
from autograder.intake.discover import Student, read_submission
from autograder.scale.job import Job
from autograder.scale.local import grade_all
from autograder.scale.results import graded

ROOT = Path(__file__).parents[3]
LIST = Path("survivors.toml")
SAMPLE = 60  # each SAMPLE-th mutant; all of them are tried by `autograder verify --mistakes`
ONE, TWO = ("a.py", "f: a + b → a - b"), ("a.py", "f: 1 → 2")


def listed(key: tuple[str, str], *, equivalent: bool) -> dict[tuple[str, str], Survivor]:
    return {key: Survivor(*key, reason="because", equivalent=equivalent)}


def test_a_survivor_that_is_not_listed_is_a_problem() -> None:
    found = Mutation(frozenset([ONE, TWO]), (ONE,), {})
    assert f"a.py: {ONE[1]} survives" in next(found.problems(LIST))
    assert (found.caught, found.counted) == (1, 2)


def test_one_that_is_listed_and_caught_is_a_problem() -> None:
    found = Mutation(frozenset([ONE, TWO]), (), listed(TWO, equivalent=True))
    [problem] = found.problems(LIST)
    assert f"{TWO[1]} is caught" in problem


@pytest.mark.parametrize(("equivalent", "is_enough"), [(True, True), (False, False)])
def test_equivalent_ones_count_for_nothing_and_others_as_missed(
    equivalent: bool, is_enough: bool
) -> None:
    tried = frozenset([ONE, *(("a.py", f"f: {number}") for number in range(40))])
    found = Mutation(tried, (ONE,), listed(ONE, equivalent=equivalent))
    assert found.caught == 40
    assert found.counted == (40 if equivalent else 41)
    assert (not list(found.problems(LIST))) == is_enough


@pytest.fixture(params=find_course(ROOT).names)
def assignment(request: pytest.FixtureRequest) -> Assignment:
    return find_course(ROOT).assignment(request.param)


def reference(assignment: Assignment) -> dict[str, bytes]:
    return dict(read_submission(Student("reference", ROOT / "solutions"), assignment).files)


def test_each_listed_survivor_is_a_mutant_and_has_a_reason(assignment: Assignment) -> None:
    known = read_survivors(assignment)
    assert known.keys() <= mutants_of(assignment, reference(assignment)).keys()
    assert all(one.reason for one in known.values())


def test_a_sample_of_gpt2s_mutants_is_caught_but_for_those_that_are_listed() -> None:
    gpt2 = find_course(ROOT).assignment("gpt2")
    run = functools.partial(grade_all, jobs=1)
    found = mutate(
        gpt2, reference(gpt2),
        lambda some: (one.report for one in graded(Job(gpt2, Options()), some, run, cache=None)),
        every=SAMPLE,
    )  # fmt: skip
    assert len(found.tried) > 5
    assert not [one for one in found.survived if one not in found.listed]


def test_a_list_that_names_what_is_no_mutant_is_refused(tmp_path: Path) -> None:
    gpt2 = find_course(ROOT).assignment("gpt2")
    shutil.copytree(ROOT / "solutions" / "gpt2", tmp_path / "solutions" / "gpt2")
    elsewhere = msgspec.structs.replace(gpt2, root=tmp_path)
    elsewhere.folder.mkdir(parents=True)
    text = '[[survivor]]\nfile = "a.py"\nmutant = "f: a → b"\nreason = "because"\n'
    (elsewhere.folder / LIST).write_text(text)
    with pytest.raises(CourseError, match=r"survivors\.toml: a\.py: f: a → b is no mutant"):
        mutate(elsewhere, reference(gpt2), lambda some: iter(()))
