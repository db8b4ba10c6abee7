"""Who has the majority: the largest group, by its text where two are as large, if it could run."""

from __future__ import annotations

from dataclasses import replace

from autograder.consensus.fills import Tally
from autograder.consensus.groups import Group, Vote, ordered
from autograder.consensus.places import places_of
from autograder.consensus.syntax import Code
from autograder.course.assignment import Exercise, Text
from autograder.course.masking import mask

EXERCISE = Exercise(id="a", points=3, title=Text(en="a", zh="a"), tests=())
PLACE = places_of({"a.py": mask("# [MASK a/b] 1\n# hint: one\nx = 1\n", "a.py")})[0]


def _group(text, count, *, right=False, problem=""):
    return Group(((Code(text, text), count),), 3.0 * right, right, problem)


def _vote(*groups):
    ordered = tuple(sorted(groups, key=lambda one: one.rank))
    return Vote(Tally(PLACE, open=2), EXERCISE, ordered)


def test_the_largest_group_has_the_majority_right_or_wrong():
    vote = _vote(_group("1", 2, right=True), _group("2", 3), _group("3", 1))
    assert (vote.majority.example.text, vote.is_tied) == ("2", False)
    assert (vote.right, vote.wrong) == (2, 4)


def test_a_tie_is_told_and_decided_by_the_text_not_by_who_is_right():
    for right in ("a", "b"):
        vote = _vote(_group("b", 2, right=right == "b"), _group("a", 2, right=right == "a"))
        assert (vote.majority.example.text, vote.is_tied) == ("a", True)


def test_a_group_is_shown_by_its_commonest_answer_and_of_equals_by_the_shortest():
    codes = [(Code(text, text), count) for text, count in (("1 + 1", 1), ("2", 1), ("4 / 2", 2))]
    assert [code.text for code, _ in ordered(codes)] == ["4 / 2", "2", "1 + 1"]


def test_of_equals_one_with_nothing_to_hide_goes_first():
    odd, plain = Code("a.b", "a.b", hidden=Code("a.h", "a.h")), Code("a.long", "a.long")
    assert [one for one, _ in ordered([(odd, 1), (plain, 1)])] == [plain, odd]
    assert [one for one, _ in ordered([(plain, 1), (odd, 2)])] == [odd, plain]
    alone, other = (Group(((one, 1),), 0.0, is_right=False) for one in (odd, plain))
    assert _vote(alone, other).groups == (other, alone)
    assert (alone.example.shown, replace(alone, codes=((odd, 2),)).example.shown) == ("a.h", "a.b")


def test_what_could_not_be_run_has_no_vote_and_is_nobodys_mistake():
    vote = _vote(_group("1", 9, problem="the grading process died"), _group("2", 1, right=True))
    assert (vote.majority.example.text, vote.is_tied, vote.wrong) == ("2", False, 0)
    assert replace(vote, groups=vote.groups[:1]).majority is None
    assert replace(vote, groups=()).majority is None
