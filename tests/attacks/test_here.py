"""The attacks in the real sandbox: each ends as its own failure, gains nothing, leaves no trace."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from autograder.reports.schema import Report
from tests.attacks.corpus import BASES, HONEST, REFERENCE, Attack, attacks
from tests.attacks.world import World, statuses, warm_world

WHOLE_MODEL = 15  # points outside its own exercise that one wrong part may cost, at most

# Files that cannot be loaded at all, or that a parser chokes on: the end of the file, and how each
# of the tests ends.
UNUSABLE = {
    "syntax error": ("def forward(self, x:\n", "error"),
    "missing module": ("import torch_of_my_own\n", "error"),
    "transformers": ("from transformers import GPT2LMHeadModel\n", "error"),
    "exit at import": ("import os; os._exit(0)\n", "crashed"),
    "SystemExit at import": ("raise SystemExit(0)\n", "error"),
    "null byte": ("\0", "error"),
    "parentheses": (f"x = {'(' * 5000}{')' * 5000}\n", "error"),
    "signs": (f"x = {'-' * 100_000}1\n", "limit"),
    "sum": (f"x = {'+'.join('1' * 100_000)}\n", "error"),
    "gaps": (f"x = {'[MASK]' * 50_000}\n", "error"),
}

LIES = ("inf", "-inf", "max", "min", "empty", "scalar", "more axes", "int64", "bool",
        "float16", "bfloat16", "uint8", "missing", "nothing", "extra", "exchanged")  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with warm_world(tmp_path_factory.mktemp("attacks")) as world:
        yield world


@pytest.fixture(scope="module")
def honest(world: World) -> dict[str, Report]:
    """What each base is worth without an attack."""
    reports = {name: world.grade(source) for name, source in BASES.items()}
    assert 0 < reports["wrong"].score < 75
    return reports


def named(attack: Attack) -> str:
    return attack.name


def test_there_are_enough_attacks_and_each_says_something_else() -> None:
    corpus = attacks()
    assert len(corpus) >= 60
    assert len({attack.tries for attack in corpus}) == len(corpus)


@pytest.mark.parametrize("attack", attacks(), ids=named)
def test_an_attack_gets_what_the_code_honestly_earns(
    world: World, honest: dict[str, Report], attack: Attack, tmp_path: Path
) -> None:
    report = world.attack(attack, tmp_path)
    base = honest[attack.base]
    assert report.score <= base.score
    match attack.here.split():
        case ["same"]:
            assert statuses(report) == statuses(base)
        case ["all", ending]:
            assert set(statuses(report)) == {ending}
        case [exercise, *endings] if endings != ["more"]:
            lost = [test for test in report.tests if test.status != "passed"]
            assert {test.status for test in lost} == set(endings)
            assert any(test.exercise == exercise for test in lost)
            others = sum(test.max_score for test in lost if test.exercise != exercise)
            assert others <= WHOLE_MODEL
            assert all(test.message for test in lost if test.visibility == "public")
    messages = [test.message for test in report.tests]
    assert not attack.refused or any(attack.refused in message for message in messages)


@pytest.mark.parametrize("attack", attacks(HONEST), ids=named)
def test_honest_code_keeps_all_its_points_whatever_noise_it_makes(
    world: World, attack: Attack, tmp_path: Path
) -> None:
    assert set(statuses(world.attack(attack, tmp_path))) == {"passed"}


@pytest.mark.parametrize("kind", UNUSABLE)
def test_a_file_that_cannot_be_loaded_scores_nothing(world: World, kind: str) -> None:
    ending, status = UNUSABLE[kind]
    report = world.grade_safely(f"{REFERENCE}\n{ending}")
    assert set(statuses(report)) == {status}
    assert report.score == 0
    assert all(test.message for test in report.tests)


@pytest.mark.parametrize("lie", LIES)
def test_no_answer_however_odd_is_the_graders_fault(world: World, lie: str) -> None:
    (lies,) = (attack for attack in attacks("lying") if attack.path.stem == "lies")
    source = lies.source(world.course, world.outside).replace('"nan"', f'"{lie}"', 1)
    report = world.grade_safely(source)
    assert set(statuses(report)) <= {"passed", "failed", "error"}


def test_what_hidden_tests_send_is_told_in_no_message(world: World, tmp_path: Path) -> None:
    (teller,) = (one for one in attacks("stealing") if one.path.stem == "tells_hidden_inputs")
    report = world.attack(teller, tmp_path)
    told = msgspec.structs.replace(report, traces=msgspec.UNSET)  # those are for the diagnosis
    assert "a hidden test sends" not in str(told)


def test_a_count_that_is_kept_in_the_sandbox_can_be_forged_and_is_worth_one_point(
    world: World,
) -> None:
    (forger,) = (attack for attack in attacks("forging") if attack.path.stem == "forges_count")
    forged = forger.source(world.course, world.outside)
    honest = forged.replace('if hasattr(self.transformer, "fed")', "if False")
    assert honest != forged
    assert world.grade(forged).score - world.grade(honest).score <= 1
