"""Exercise `transcript`: a conversation with the student's own model."""

from tests.sft.adapter import read_adapter
from tests.sft.transcript import read_transcript
from tests.sft.verdicts import judge_transcript


def test_the_transcript_is_a_conversation_of_some_turns(forms):
    read_transcript(forms)


def test_the_replies_are_plausibly_this_models(forms, record):
    transcript = read_transcript(forms)
    judge_transcript(read_adapter(forms), transcript, record)
