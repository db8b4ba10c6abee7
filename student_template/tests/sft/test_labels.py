"""Exercise `labels`: which tokens a dialogue becomes, and which of them the model is to learn."""

import torch

from autograder.grading.compare import Wrong, assert_equal
from tests.sft import said, toy

FRANCE = said.dialogue("What is the capital of France?", "The capital of France is Paris.")
CHINESE = said.dialogue("法国的首都是哪里？", "法国的首都是巴黎。")
LONG = said.dialogue(
    "What is the capital of France?",
    "Paris.",
    "And of Italy?",
    "Rome.",
    "你好！",
    "你好！",
    "A",
    "B",
)


def test_only_what_the_assistant_says_is_learnt(student):
    for ids, labels, expected in said.encode(student, [FRANCE, CHINESE]):
        kept = ids != toy.end()  # how a turn ends is another test's
        right = said.Sample(expected.ids[:-1], expected.learnt[:-1])
        said.assert_ids(ids[kept], right.ids)
        if labels.shape != ids.shape:
            raise Wrong(f"there are {len(labels)} labels for {len(ids)} tokens",
                        f"{len(ids)} 个 token，却有 {len(labels)} 个标签")  # fmt: skip
        said.assert_labels(ids[kept], labels[kept], right)


def test_the_model_learns_that_its_turn_ends(student):
    for ids, labels, expected in said.encode(student, [FRANCE, CHINESE]):
        said.assert_ids(ids, expected.ids)
        last = said.Sample(expected.ids[-1:], expected.learnt[-1:])
        said.assert_labels(ids[-1:], labels[len(ids) - 1 :], last)


def test_every_reply_of_several_turns_is_learnt(student):
    silent_end = [*LONG[:4], ("human", "And then?")]  # nothing is learnt from what comes last
    for found in said.encode(student, [LONG, LONG[:4], LONG[1:], silent_end]):
        said.assert_sample(found)


def test_a_long_dialogue_is_cut_behind_a_reply(student):
    lengths = [len(said.sample(LONG[:count], 500).ids) for count in (2, 4, 6)]
    for length in lengths:
        for context in (length, length + 3):  # a beginning of the next turn would fit
            for found in said.encode(student, [LONG], context):
                said.assert_sample(found)


def check_together(student, dialogues, context, reserved=toy.RESERVED):
    """All samples end to end, their lengths, and how many dialogues have none."""
    out = student.call(
        "encoded_together", dialogues=dialogues, tokenizer=toy.sent(reserved), context=context,
        pieces=said.known_pieces(dialogues),
    )  # fmt: skip
    samples = [one.ids for turns in dialogues if (one := said.sample(turns, context, reserved)).ids]
    said.assert_ids(out["ids"], [one for ids in samples for one in ids], reserved)
    lengths = torch.tensor([len(ids) for ids in samples], dtype=torch.int64)
    assert_equal(out["lengths"], lengths, name=f"lengths of the samples within {context} tokens")
    skipped = torch.tensor(len(dialogues) - len(samples))
    assert_equal(out["skipped"], skipped, name=f"dialogues without a sample in {context} tokens")
