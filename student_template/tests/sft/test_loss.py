"""Exercise `loss`: held-out dialogues, in which no fact is one of the training dialogues'."""

from tests.sft.adapter import read_adapter
from tests.sft.dialogues import PUBLIC
from tests.sft.verdicts import judge_loss


def test_the_loss_on_public_dialogues_falls_as_the_references_does(forms, record):
    judge_loss(read_adapter(forms), PUBLIC, record)
