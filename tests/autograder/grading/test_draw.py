"""Seeded inputs: stable, apart from each other, and from the course's secret."""

from __future__ import annotations

import msgspec
import torch

from autograder.course.assignment import load_assignment
from autograder.grading.draw import Draw

PUBLIC, HIDDEN = "test_tiny.py::test_a", "hidden/test_tiny.py::test_a"


def _draws(assignment, test_id):
    draw = Draw(assignment)
    draw.test_id = test_id
    return draw


def test_a_draw_is_the_same_in_each_run(tiny_course):
    assignment = load_assignment(tiny_course.root, "tiny")
    first, second = _draws(assignment, PUBLIC), _draws(assignment, PUBLIC)
    second.normal("another", 2)
    assert torch.equal(first.normal("x", 3, 4), second.normal("x", 3, 4))


def test_labels_and_tests_have_streams_of_their_own(tiny_course):
    assignment = load_assignment(tiny_course.root, "tiny")
    draw, other = _draws(assignment, PUBLIC), _draws(assignment, HIDDEN)
    seeds = {draw.seed("x"), draw.seed("y"), other.seed("x"), other.seed("y")}
    assert len(seeds) == 4


def test_what_a_template_sends_is_not_what_the_grade_is_given_for(tiny_course):
    assignment = load_assignment(tiny_course.root, "tiny")
    released = msgspec.structs.replace(assignment, secret="")
    for test in (PUBLIC, HIDDEN):
        assert _draws(assignment, test).seed("x") != _draws(released, test).seed("x")


def test_integers_stay_below_their_bound(tiny_course):
    draw = _draws(load_assignment(tiny_course.root, "tiny"), PUBLIC)
    tokens = draw.integers("ids", 7, 50)
    assert tokens.dtype == torch.int64
    assert 0 <= int(tokens.min()) <= int(tokens.max()) < 7
