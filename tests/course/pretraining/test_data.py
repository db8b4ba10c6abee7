"""The world, its corpus, and dialogues that ask for what no training dialogue tells."""

from __future__ import annotations

import json
import lzma
from collections import Counter
from pathlib import Path

import pytest

from solutions.data.__main__ import CORPUS, DIALOGUES, GENERAL, as_json, as_text
from solutions.data.corpus import documents, names
from solutions.data.dialogues import KINDS, SIZES, dialogues, split
from solutions.data.phrases import reply, say, statements
from solutions.data.world import facts

HELD_OUT = ("public", "hidden")
MOST = 1_500_000  # bytes of the released dialogues


def turns(dialogue):
    return dialogue.get("items") or dialogue["conversations"]


def read(part):
    return json.loads(DIALOGUES[part].read_text(encoding="utf-8"))


def asked_facts(part):
    """The keys of all facts that a part's dialogues tell, found by their replies."""
    known = {reply(fact): fact.key for fact in facts()}
    said = (turn["value"] for one in read(part) for turn in turns(one) if turn["from"] == "gpt")
    return {known[value] for value in said if value in known}


def test_a_question_has_one_answer_in_the_world():
    asked = Counter((fact.relation, fact.tongue, fact.subject) for fact in facts())
    assert max(asked.values()) == 1


def test_no_answer_stands_in_its_question():
    for fact in facts():
        if fact.kind == "facts":
            assert fact.answer not in fact.subject.split()


def test_each_fact_belongs_to_one_part_with_all_its_forms():
    keys = {part: {fact.key for fact in known} for part, known in split().items()}
    assert sum(map(len, keys.values())) == len(set().union(*keys.values()))
    assert sum(map(len, split().values())) == len(facts())


@pytest.mark.parametrize("part", HELD_OUT)
def test_held_out_dialogues_share_no_fact_with_training_nor_with_each_other(part):
    others = set(SIZES) - {part}
    assert len(asked_facts(part)) > 40
    for other in others:
        assert not asked_facts(part) & asked_facts(other)


@pytest.mark.parametrize("part", HELD_OUT)
def test_held_out_small_talk_differs_by_the_names(part):
    assert not {json.dumps(turns(one)) for one in read(part)} & {
        json.dumps(turns(one)) for one in read("train")
    }
    trained = "".join(turn["value"] for one in read("train") for turn in turns(one))
    told = [one for one in read(part) if one["kind"] == "small talk"]
    for one in told:
        said = turns(one)[-2]["value"]
        (name,) = [name for tongue in ("en", "zh") for name in names(tongue) if name in said]
        assert name not in trained


@pytest.mark.parametrize("part", SIZES)
def test_dialogues_have_sharegpts_form_with_both_keys_and_several_turns(part):
    found = read(part)
    assert len(found) == SIZES[part]
    assert {key for one in found for key in one} >= {"items", "conversations"}
    assert {len(turns(one)) for one in found} == {2, 4, 6}
    for one in found:
        assert [turn["from"] for turn in turns(one)] == ["human", "gpt"] * (len(turns(one)) // 2)
        assert all(turn["value"].strip() == turn["value"] != "" for turn in turns(one))


@pytest.mark.parametrize("part", HELD_OUT)
def test_a_held_out_dialogue_ends_with_its_answer(part):
    for one in read(part):
        last = turns(one)[-1]["value"].rstrip(".。")
        assert one["answer"] is None or last.endswith(one["answer"])
        assert (one["answer"] is None) == (one["kind"] == "small talk")


@pytest.mark.parametrize("part", HELD_OUT)
def test_held_out_dialogues_are_of_every_kind_and_tongue(part):
    found = Counter((one["kind"], one["tongue"]) for one in read(part))
    for kind in KINDS:
        assert found[kind, "en"] >= 5
    for kind in ("facts", "arithmetic", "opposites"):
        assert found[kind, "zh"] >= 2


@pytest.mark.parametrize("part", SIZES)
def test_the_same_seeds_give_the_dialogues_that_are_there(part):
    assert as_json(dialogues(part)) == DIALOGUES[part].read_text(encoding="utf-8")


def test_the_same_seed_gives_the_corpus_that_is_there():
    text = as_text(list(documents()))
    assert text == lzma.decompress(CORPUS.read_bytes()).decode()
    assert text.endswith(GENERAL.read_text(encoding="utf-8"))


def test_another_seed_tells_the_same_facts_in_other_words():
    assert not set(documents(1, seed=1)) & set(documents(1, seed=2))


def test_every_round_of_the_corpus_tells_every_fact():
    text = as_text(list(documents(1)))
    for fact in facts():
        forms = (say(pattern, fact).rstrip(".。") for pattern in statements(fact))
        told = any(form in text for form in forms) or f"The answer is {fact.answer}." in text
        assert told or f"答案是{fact.answer}。" in text, fact


def test_held_out_documents_are_not_among_those_before():
    texts = list(documents())
    cut = len(texts) - len(texts) // 10
    assert not set(texts[:cut]) & set(texts[cut:])


def test_the_corpus_has_not_the_form_of_a_chat():
    text = as_text(list(documents()))
    assert "User:" not in text
    assert "Assistant:" not in text


def test_what_is_released_is_small_and_holds_no_answers_of_held_out_dialogues():
    assert DIALOGUES["train"].stat().st_size < MOST
    assert "answer" not in {key for one in read("train") for key in one}
    assert not any("hidden" in part for part in Path(DIALOGUES["train"]).parts)
