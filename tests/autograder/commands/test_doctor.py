"""`doctor --attack` tries real attacks, and says so where one is not held."""

from __future__ import annotations

import subprocess
import sys

import pytest

from autograder.commands import doctor
from autograder.sandbox import attempts
from autograder.sandbox.warm import Zygote


def test_each_attack_works_without_the_sandbox_and_none_in_it():
    command = [sys.executable, "-m", "autograder", "doctor", "--attack"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    lines = result.stdout.splitlines()
    assert [line[10:] for line in lines[:-1]] == [one.en for one in attempts.ATTEMPTS]
    assert all(line.startswith("✓ held") for line in lines[:-1])
    assert "All held" in lines[-1]


@pytest.mark.parametrize(("lang", "word"), [("en", "broken"), ("zh", "被攻破")])
def test_a_sandbox_that_holds_nothing_is_found_out(monkeypatch, capsys, lang, word):
    monkeypatch.setattr(attempts, "Zygote", lambda profile, *_: Zygote(profile, "none"))
    monkeypatch.setattr(attempts, "ATTEMPTS", attempts.ATTEMPTS[:2])
    assert doctor.doctor(attack=True, lang=lang) == 3
    assert capsys.readouterr().out.count(word) >= 2
