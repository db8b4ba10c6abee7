"""The same attacks where student code runs in the grader's own process: there, they bite."""

from __future__ import annotations

import json
import subprocess

import pytest

from tests.attacks.corpus import BASES, FILE, HONEST, ROOT, Attack, attacks
from tests.attacks.namespaces import python_apart
from tests.attacks.world import make_course


@pytest.fixture(scope="module")
def bites(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What each attack did to the plain grader, in namespaces where it could do no more."""
    folder = tmp_path_factory.mktemp("naive")
    if subprocess.run(python_apart("-c", ""), check=False, capture_output=True).returncode:
        pytest.skip("not run here: the kernel lets nobody make namespaces")
    course, outside = make_course(folder)
    quick = [one for one in attacks(HONEST) if one.path.stem in ("seeds", "prints")]
    for attack in (*attacks(), *quick):
        attack.write(folder / "attacks" / attack.name, course, outside)
    for control in ("honest/wrong", "shadowing/nothing"):  # the wrong answer alone
        path = folder / "attacks" / control / FILE
        path.parent.mkdir(parents=True)
        path.write_text(BASES["wrong"], encoding="utf-8")
    report = folder / "bites.json"
    command = python_apart("-m", "tests.attacks.bites", course, outside, folder / "attacks", report)
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, list[str]] = json.loads(report.read_text())
    return found


@pytest.mark.timeout(700)
@pytest.mark.parametrize("attack", attacks(), ids=lambda attack: attack.name)
def test_an_attack_does_elsewhere_what_it_says(bites: dict[str, list[str]], attack: Attack) -> None:
    found = set(bites[attack.name])
    if attack.elsewhere.startswith("nothing: "):
        earned = {"points"} if attack.base == "right" else set()  # by the right answer, that is
        assert found <= earned
    else:
        assert attack.elsewhere in found


def test_most_attacks_bite_and_the_others_say_why_they_do_not() -> None:
    harmless = [one for one in attacks() if one.elsewhere.startswith("nothing: ")]
    assert len(harmless) * 4 < len(attacks())


def test_the_plain_grader_is_no_worse_than_others_to_honest_code(
    bites: dict[str, list[str]],
) -> None:
    assert bites["honest/seeds"] == bites["honest/prints"] == ["points"]
    assert bites["honest/wrong"] == bites["shadowing/nothing"] == []


def test_who_has_the_right_answer_needs_no_attack_for_points() -> None:
    assert not [one for one in attacks() if (one.base, one.elsewhere) == ("right", "points")]
