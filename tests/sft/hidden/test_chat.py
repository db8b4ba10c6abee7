"""Exercise `chat`, hidden part: a history that is too long, and replies that are drawn."""

from autograder.grading.compare import Wrong
from tests.sft import said
from tests.sft.spoken import arguments, drawing, prompt
from tests.sft.test_chat import SEVERAL, check_prompts

DRAWS = 30  # a word with a chance of 0.3 is missing in all of them twice in 100,000 times


def test_the_oldest_turns_are_forgotten_first(student):
    rooms = [len(prompt(SEVERAL[-count:])) for count in (5, 3, 1)]
    check_prompts(student, [SEVERAL] * 6, [*rooms, *(room - 1 for room in rooms[:2]), 3],
                  [5, 3, 1, 3, 1, 1])  # fmt: skip


def test_replies_are_drawn_at_the_temperature_from_the_likeliest_tokens(student, draw):
    case = drawing(draw.seed("case") % 10**6)
    settings = {"temperature": case.temperature, "top_p": case.top_p, "max_new_tokens": 1}
    out = student.call("replies", settings=settings, seeds=[*range(DRAWS), 0],
                       **arguments(case.model))  # fmt: skip
    replies = said.texts(out["replies"], "replies")
    if len(replies) != DRAWS + 1:
        raise Wrong(f"{DRAWS + 1} calls give {len(replies)} replies",
                    f"{DRAWS + 1} 次调用给出了 {len(replies)} 个回复")  # fmt: skip
    *drawn, again = replies
    if again != drawn[0]:
        raise Wrong("the same seed gives another reply", "同一个种子给出了不同的回复")
    for word in drawn:
        if word not in case.words:
            shown = repr(word[: said.SHOWN])
            raise Wrong(f"{shown} is none of the words within top_p: {', '.join(case.words)}",
                        f"{shown} 不在 top_p 之内：{'、'.join(case.words)}")  # fmt: skip
    for word in case.words:
        if word not in drawn:
            raise Wrong(f"{word!r} never comes in {DRAWS} draws at this temperature",
                        f"在这个温度下抽了 {DRAWS} 次，没有出现 {word!r}")  # fmt: skip
