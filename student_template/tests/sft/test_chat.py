"""Exercise `chat`: what the model reads before it answers, and what of its answer is the reply."""

from tests.sft import said, toy
from tests.sft.spoken import HISTORY, arguments, prompt, speaker

GREEDY = {"temperature": 0.0, "top_p": 0.9}
SEVERAL = (*said.dialogue("你好！", "你好！", "Hello!", "Hi.", "2 + 2?", "4"), ("human", "谢谢"))


def check_prompts(student, histories, rooms, kept):
    """`kept` says how many of a history's last turns its prompt holds."""
    out = student.call(
        "prompts", histories=histories, tokenizer=toy.sent(), rooms=rooms,
        known=said.known_tokens(histories),
    )  # fmt: skip
    for number, (turns, count) in enumerate(zip(histories, kept, strict=True)):
        said.assert_ids(out[f"prompt.{number}"], prompt(turns[-count:]))


def test_the_prompt_is_the_whole_history_up_to_the_reply(student):
    check_prompts(student, [HISTORY[:1], HISTORY, SEVERAL], [500] * 3, [1, 3, 7])


def test_a_reply_is_what_is_new_up_to_the_end_of_the_turn(student):
    known = speaker(2000)
    for longest in (30, 3):
        out = student.call("replies", settings={**GREEDY, "max_new_tokens": longest}, seeds=[0],
                           **arguments(known.model))  # fmt: skip
        expected = toy.text_of(known.reply[:longest]).strip()
        said.assert_texts(out["replies"], [expected], name=f"reply of up to {longest} tokens")
