"""What must be the same on a worker, and how a difference is told."""

from __future__ import annotations

from autograder.scale.cluster.identity import differences, identity


def test_what_decides_a_mark_is_part_of_it():
    names = identity("transformers").keys()
    assert {"python", "torch", "transformers", "peft", "distributed", "autograder's files"} <= names


def test_the_same_is_no_difference():
    assert differences(identity("torch"), identity("torch")) == ""


def test_each_difference_is_named_with_both_sides():
    here = {"torch": "2.13", "numpy": "2.4", "peft": "0.21"}
    assert differences({"torch": "2.12", "numpy": "2.4"}, here) == (
        "torch 2.12 there, 2.13 here, peft none there, 0.21 here"
    )
