"""A transcript is a student's word: form checked, replies weighed, all in bounded work."""

from __future__ import annotations

import json
import re

import pytest

from autograder.chat.conversation import plain_form
from autograder.grading.compare import Wrong
from autograder.grading.record import Record
from tests.course.sft.adapters import config_with, handed, matrices
from tests.sft.adapter import read_adapter
from tests.sft.base import base
from tests.sft.behaviour import greedy_replies
from tests.sft.dialogues import PUBLIC, dialogues, prompt, tokens_of
from tests.sft.figures import reference
from tests.sft.losses import adapted, per_token
from tests.sft.transcript import FILE, evidence, is_greedy, read_transcript
from tests.sft.verdicts import judge_transcript

QUESTIONS = [one.turns[0] for one in dialogues(PUBLIC) if len(one.turns) == 2][:6]


def transcript(said, **changes):
    fields = {
        "schema_version": 1, "model": "tiny-gpt2", "server": None, "adapter_sha256": None,
        "settings": {"temperature": 0.0, "top_p": 0.9, "max_new_tokens": 32}, "seed": 0,
        "system": None,
        "turns": [{"from": ("human", "gpt")[number % 2], "value": value}
                  for number, value in enumerate(said)],
    }  # fmt: skip
    return {FILE: json.dumps(fields | changes).encode()}


def refusal(forms):
    with pytest.raises(Wrong) as caught:
        read_transcript(forms)
    en, zh = caught.value.text.en, caught.value.text.zh
    assert (en + zh).isprintable()
    assert re.search(r"[\u4e00-\u9fff]", zh)
    assert len(en) < 400
    return en


@pytest.mark.parametrize(
    ("forms", "says"),
    [
        ({}, f"gap in {FILE}: not handed in"),
        ({FILE: b""}, "truncated"),
        ({FILE: b"\xff" * 99}, "malformed"),
        ({FILE: transcript("abcdef")[FILE].replace(b"a", b"\xff")}, "cannot be used"),
        ({FILE: b"[" * 100_000}, "cannot be used"),
        ({FILE: b"[]"}, "Expected `object`"),
        (transcript("abcdef", schema_version=2), "schema_version"),
        (transcript("abcdef", note="x"), "unknown field `note`"),
        (transcript("abcdef", seed=-1), "seed"),
        (transcript("abcdef", turns=[{"from": "gpt", "value": "a"}] * 6), "turn 0 is again the"),
        (transcript("abcdef", turns=[{"from": "user", "value": "a"}] * 6), "Invalid enum value"),
        (transcript(["a", "b" * 4001] * 3), "turn 1 has more than 4000 characters"),
        (transcript("abcdef", system="s" * 4001), "system has more than 4000 characters"),
        (transcript("ab" * 50_000), "100000 turns, more than 1000"),
        (transcript("abcd"), "replies with words in them: 2; at least 3 are asked for"),
        (transcript(["a", " \n"] * 6), "replies with words in them: 0"),
        ({FILE: transcript("abcdef")[FILE].replace(b'"seed"', b'"seed":1,"seed"')}, "stands twice"),
    ],
)  # fmt: skip
def test_what_is_no_conversation_of_some_turns_is_refused(forms, says):
    assert says in refusal(forms)


# ------------------------------------------------------------------ whose replies are they?


@pytest.fixture(scope="module")
def adapter():
    assert reference() is not None
    return reference()


def conversation(adapter, ask):
    """Greedy replies to the questions in one conversation; `ask` makes a prompt of its turns."""
    turns = []
    with adapted(adapter) as model:
        for question in QUESTIONS:
            turns.append(question)
            (reply,) = greedy_replies(model, [ask(turns)])
            turns.append(type(question)(speaker="gpt", value=reply.text.strip()))
    return [turn.value for turn in turns]


def verdict(adapter, forms):
    """None, or the line that says why not."""
    try:
        judge_transcript(adapter, read_transcript(forms), Record())
    except Wrong as wrong:
        return wrong.text.en
    return None


@pytest.mark.parametrize("ask", [prompt, lambda turns: tokens_of(plain_form(turns))])
def test_an_honest_greedy_conversation_is_believed_whichever_program_it_was(adapter, ask):
    forms = transcript(conversation(adapter, ask))
    assert is_greedy(read_transcript(forms))
    assert verdict(adapter, forms) is None


def test_a_greedy_conversation_of_another_adapter_is_doubted(adapter):
    other = read_adapter(handed(config_with(), matrices()))
    assert verdict(other, transcript(conversation(adapter, prompt))).startswith("doubt: ")


def test_a_conversation_copied_from_elsewhere_is_doubted_at_any_temperature(adapter):
    said = ["How are you?", "Fine, though the weather could be a good deal better.",
            "What is new?", "My neighbour bought three goats, and now nobody here sleeps.",
            "And then?", "We held a meeting about it, which the goats attended too."]  # fmt: skip
    warm = {"temperature": 0.7, "top_p": 0.9, "max_new_tokens": 32}
    for forms in (transcript(said), transcript(said, settings=warm)):
        assert verdict(adapter, forms).startswith("doubt: ")


def test_replies_changed_by_hand_are_no_longer_greedy(adapter, monkeypatch):
    monkeypatch.setattr("tests.sft.verdicts.LEFT", 9)  # however likely they are
    said = conversation(adapter, prompt)
    said[1::2] = [f"{reply} Indeed, I am very proud of my answer." for reply in said[1::2]]
    assert "doubt: it says temperature 0" in (verdict(adapter, transcript(said)) or "")


def test_the_work_is_bounded(adapter, monkeypatch):
    read = []

    def counted(model, chosen, *rest):
        read.append(chosen)
        return per_token(model, chosen, *rest)

    monkeypatch.setattr("tests.sft.transcript.per_token", counted)
    evidence(adapter, read_transcript(transcript(["word " * 100] * 1000)))
    assert all(len(chosen) <= 30 for chosen in read)
    assert all(len(one.ids) <= base().context for chosen in read for one in chosen)


def test_replies_that_fit_into_no_context_are_said_to():
    adapter = read_adapter(handed(config_with(), matrices()))
    forms = transcript(["? " * 1900, "a"] * 3)
    assert "no reply fits into the model's context" in verdict(adapter, forms)
