"""Exercise `loss`: the hidden two thirds of the held-out dialogues."""

from pathlib import Path

from tests.sft.adapter import read_adapter
from tests.sft.verdicts import judge_bonus, judge_loss

HIDDEN = Path(__file__).with_name("heldout.json")


def test_the_loss_on_hidden_dialogues_falls_as_the_references_does(forms, record):
    adapter = read_adapter(forms)
    judge_loss(adapter, HIDDEN, record)
    judge_bonus(adapter, HIDDEN, record)
