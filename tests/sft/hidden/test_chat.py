"""Exercise `chat`, hidden part: a history that is too long, and replies that are drawn."""

from autograder.grading.compare import Wrong
from tests.sft import said, toy
from tests.sft.spoken import COOL, HISTORY, arguments, drawing, prompt, short_sighted, undecided
from tests.sft.test_chat import GREEDY, SEVERAL, check_prompts

DRAWS = 30  # a word with a chance of 0.3 is missing in all of them twice in 100,000 times


def test_the_oldest_turns_are_forgotten_first(student):
    rooms = [len(prompt(SEVERAL[-count:])) for count in (5, 3, 1)]
    check_prompts(student, [SEVERAL] * 6, [*rooms, *(room - 1 for room in rooms[:2]), 3],
                  [5, 3, 1, 3, 1, 1])  # fmt: skip
    check_room_for_the_reply(student)


def check_room_for_the_reply(student):
    """The longest reply for which the last turn alone fits, and one that is longer still."""
    model, reply = short_sighted(2000)
    longest = model.config["n_positions"] - len(prompt(HISTORY[-1:]))
    given = arguments(model)
    settings = {**GREEDY, "max_new_tokens": longest}
    out = student.call("replies", settings=settings, seeds=[0], **given)
    expected = toy.text_of(reply).strip()
    said.assert_texts(out["replies"], [expected], name="reply to the last turn alone")
    refused = student.call(
        "too_long", settings={**settings, "max_new_tokens": longest + 1}, **given
    )
    if not len(refused["message"]):
        raise Wrong("what is too long for the model is not refused",
                    "对模型来说太长的内容没有被拒绝")  # fmt: skip


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
    check_that_a_low_temperature_draws_too(student, draw)


def check_that_a_low_temperature_draws_too(student, draw):
    model = undecided(draw.seed("cool") % 10**6)
    settings = {"temperature": COOL, "top_p": 1.0, "max_new_tokens": 1}
    out = student.call("replies", settings=settings, seeds=[*range(DRAWS)], **arguments(model))
    if len(set(said.texts(out["replies"], "replies"))) == 1:  # by chance: 5 times in a million
        raise Wrong(f"{DRAWS} draws at temperature {COOL} all give the same",
                    f"在温度 {COOL} 下抽了 {DRAWS} 次，结果全都一样")  # fmt: skip
