"""Exercise `labels`, hidden part: any dialogue, any context, another tokenizer."""

from tests.sft import said, toy
from tests.sft.test_labels import LONG, check_together

WORDS = ("What", "is", "the capital of", "France", "Italy?", "warm", "cold.", "巴黎", "法国的",
         "你好！", "<|endoftext|>", "2 + 2", "\n", "User:", "naïve", "🙂")  # fmt: skip
OTHER = 29  # reserved tokens of another tokenizer: all ids are others


def drawn_dialogue(draw, label):
    """One to four questions and replies of one to eight words each."""
    count = 2 * (1 + draw.integers(f"{label} turns", 4, 1).item())
    said_words = draw.integers(label, len(WORDS), count, 8).tolist()
    sizes = (1 + draw.integers(f"{label} sizes", 8, count)).tolist()
    return said.dialogue(*(" ".join(WORDS[word] for word in row[:size])
                           for row, size in zip(said_words, sizes, strict=True)))  # fmt: skip


def test_any_dialogue_has_the_labels_of_its_replies(student, draw):
    dialogues = [drawn_dialogue(draw, f"dialogue {number}") for number in range(6)]
    for found in said.encode(student, dialogues, reserved=OTHER):
        said.assert_sample(found, OTHER)


def test_what_does_not_fit_to_the_token_is_left_out(student, draw):
    dialogues = [LONG, *(drawn_dialogue(draw, f"dialogue {number}") for number in range(3))]
    edges = {len(said.sample(turns[:2], 500).ids) for turns in dialogues}
    for context in sorted({edge + more for edge in edges for more in (-1, 0)}):
        check_together(student, dialogues, context)
    first_too_long = said.dialogue("What is the capital of France? " * 9, "Paris.", "Rome?", "Yes.")
    check_together(student, [first_too_long, LONG], 40)
    check_together(student, [LONG, first_too_long[1:]], len(toy.ids_of("\nAssistant: Paris.")) + 2)
