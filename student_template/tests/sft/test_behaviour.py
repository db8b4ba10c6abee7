"""Exercise `behaviour`: what the model answers to held-out prompts, greedily."""

from tests.sft.adapter import read_adapter
from tests.sft.dialogues import PUBLIC
from tests.sft.verdicts import judge_behaviour


def test_replies_to_public_prompts_end_and_are_right(forms, record):
    judge_behaviour(read_adapter(forms), PUBLIC, record)
