"""Exercise `behaviour`: the hidden two thirds of the held-out prompts."""

from pathlib import Path

from tests.sft.adapter import read_adapter
from tests.sft.verdicts import judge_behaviour

HIDDEN = Path(__file__).with_name("heldout.json")


def test_replies_to_hidden_prompts_end_and_are_right(forms, record):
    judge_behaviour(read_adapter(forms), HIDDEN, record)
