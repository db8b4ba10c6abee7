"""When a mistake is named, and when there is silence."""

from __future__ import annotations

import pytest
import torch

from autograder.course.assignment import Text
from autograder.course.gaps import UNFILLED_ERROR
from autograder.diagnosis.explain import explain
from autograder.diagnosis.sketches import Trace
from autograder.diagnosis.sketching import traced
from autograder.diagnosis.table import Known, KnownMistake
from autograder.sandbox.outcome import StudentFailure

X = torch.randn(4, 6, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
WRONG = {"a": 0.5 * X, "b": X.flip(0), "c": X + 1}


def _passed(name):
    return Trace(id=name, status="passed")


def _failed(name, output, status="failed"):
    calls = traced([("forward", output if isinstance(output, Exception) else {"y": output})])
    return Trace(id=name, status=status, found=("values y",), calls=calls)


def _mistake(name, *tests, exercise="sum"):
    text = Text(en=name, zh=name)
    return KnownMistake(name=name, exercise=exercise, title=text, seen=text, why=text, look=text,
                        tests=tests)  # fmt: skip


def _known(*mistakes):
    tests = ("1", "2", "3")
    right = tuple(Trace(id=one, status="passed", calls=traced([("forward", {"y": X})]))
                  for one in tests)  # fmt: skip
    return Known(mistakes=mistakes, right=right)


A = _mistake("a", _failed("1", WRONG["a"]), _passed("2"), _passed("3"))
B = _mistake("b", _passed("1"), _failed("2", WRONG["b"]), _passed("3"))
C = _mistake("c", _failed("1", WRONG["c"]), _failed("2", WRONG["c"]), _passed("3"))
KNOWN = _known(A, B, C)


def _names(student, known=KNOWN, exercise="sum"):
    found = explain(exercise, student, known)
    return [([one.name for one in each.mistakes], list(each.tests)) for each in found]


def test_a_mistake_is_named_that_gives_the_same_everywhere():
    assert _names([_failed("1", WRONG["a"].clone()), _passed("2"), _passed("3")]) == [
        (["a"], ["1"])
    ]
    both = [_failed("1", WRONG["c"]), _failed("2", WRONG["c"]), _passed("3")]
    assert _names(both) == [(["c"], ["1", "2"])]


@pytest.mark.parametrize(
    "student",
    [
        [_passed("1"), _passed("2"), _passed("3")],
        [_failed("1", 0.5001 * X), _passed("2"), _passed("3")],  # nearly
        [_failed("1", WRONG["c"]), _passed("2"), _passed("3")],  # the mistake would fail 2 as well
        [_failed("1", WRONG["a"]), _passed("2"), _failed("3", X + 3)],  # and something else
        [_failed("1", WRONG["a"], "partial"), _passed("2"), _passed("3")],  # ended otherwise
        [_failed("1", WRONG["a"]), _failed("2", StudentFailure("timeout", "3 s"), "timeout")],
        [_failed("1", WRONG["a"]), _failed("2", StudentFailure("error", UNFILLED_ERROR), "error")],
    ],
)
def test_nothing_is_named_where_anything_is_in_doubt(student):
    assert _names(student) == []


def test_a_mistake_of_another_exercise_is_not_this_ones():
    assert _names([_failed("1", WRONG["a"]), _passed("2")], exercise="scale") == []


def test_two_mistakes_are_named_where_each_test_shows_one_alone():
    student = [_failed("1", WRONG["a"]), _failed("2", WRONG["b"]), _passed("3")]
    assert sorted(_names(student)) == [(["a"], ["1"]), (["b"], ["2"])]
    mixed = [_failed("1", WRONG["a"]), _failed("2", WRONG["c"]), _passed("3")]
    assert _names(mixed) == []


def test_mistakes_that_give_the_same_are_all_named_up_to_a_few():
    student = [_failed("1", WRONG["a"]), _passed("2"), _passed("3")]
    alike = [_mistake(name, *A.tests) for name in ("d", "e", "f")]
    assert _names(student, _known(A, alike[0])) == [(["a", "d"], ["1"])]
    assert _names(student, _known(A, *alike)) == []


def test_how_near_is_measured_by_how_wrong_the_mistake_is():
    slight = _mistake("slight", _failed("1", X * (1 + 1e-7)), _passed("2"), _passed("3"))
    by_chance = [_failed("1", X * (1 - 1e-7)), _passed("2"), _passed("3")]  # as near to right
    assert _names(by_chance, _known(slight)) == []
    assert _names([slight.tests[0], _passed("2"), _passed("3")], _known(slight)) != []


def test_precision_is_not_held_against_a_student():
    single = (0.5 * X.float()).double()
    assert _names([_failed("1", single), _passed("2"), _passed("3")]) == [(["a"], ["1"])]


@pytest.mark.parametrize(
    "nothing",
    [
        torch.zeros(4, 6),
        torch.full((4, 6), torch.nan),
        torch.tensor([True, False, True]),
        torch.tensor(3),
    ],
)
def test_outputs_that_agree_by_chance_are_no_evidence(nothing):
    mistake = _mistake("empty", _failed("1", nothing), _passed("2"), _passed("3"))
    assert _names([mistake.tests[0], _passed("2"), _passed("3")], _known(mistake)) == []


def test_a_pattern_of_many_truths_is_evidence():
    seen = torch.ones(4, 6, dtype=torch.bool).tril()
    mistake = _mistake("pattern", _failed("1", seen), _passed("2"), _passed("3"))
    assert _names([mistake.tests[0], _passed("2"), _passed("3")], _known(mistake)) != []


@pytest.mark.parametrize(
    ("messages", "named"),
    [
        (["NameError: name 'x' is not defined"] * 2, False),
        (["AttributeError: no attribute 'c_attn2'", "AttributeError: no attribute 'h3'"], False),
        (["RuntimeError: size 12 is not size 48"] * 2, False),  # one message alone
        (["UnknownWord: no piece of 'ab'", "UnknownWord: no piece of 'cd'"], True),
        (["RuntimeError: size 12 is not size 48", "RuntimeError: size 24 is not size 96"], True),
    ],
)
def test_errors_are_evidence_where_they_name_several_numbers(messages, named):
    tests = [_failed(str(number), StudentFailure("error", text), "error")
             for number, text in enumerate(messages, start=1)]  # fmt: skip
    mistake = _mistake("error", *tests, _passed("3"))
    assert bool(_names([*tests, _passed("3")], _known(mistake))) is named
