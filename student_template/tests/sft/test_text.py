"""Exercise `text`: from a file in ShareGPT's form to the text that a model reads."""

import json

import torch

from autograder.grading.compare import Wrong, assert_equal
from tests.sft import said
from tests.sft.toy import END


def file_of(*entries, key="items"):
    """A file of dialogues; an entry is a list of pairs, or anything else, which stands as it is."""
    made = [{"id": str(number), key: [{"from": speaker, "value": value} for speaker, value in one]}
            if isinstance(one, list) else one for number, one in enumerate(entries)]  # fmt: skip
    return json.dumps(made, ensure_ascii=False).encode()


def listed(*dialogues):
    return [line for one in dialogues
            for line in (*(f"{speaker}: {value}" for speaker, value in one), "end: ")]  # fmt: skip


def check_read(student, data, dialogues, skipped):
    out = student.call("read", data=data)
    said.assert_texts(out["dialogues"], listed(*dialogues), name="turns")
    assert_equal(out["skipped"], torch.tensor(skipped), name="how many dialogues were skipped")


def test_both_keys_are_read_and_only_the_two_speakers(student):
    one, other = said.dialogue("Hello!", "Hi.", "你是谁？", "一个模型。"), said.dialogue("A?", "B.")
    for key in ("items", "conversations"):
        check_read(student, file_of(one, other, key=key), [one, other], 0)
    check_read(student, file_of([("system", "Be brief."), *other, ("tool", "3")]), [other], 0)


def test_a_dialogue_without_a_reply_is_skipped_and_counted(student):
    good, silent = said.dialogue("A?", "B.", "C?"), said.dialogue("Is anybody here?")
    check_read(student, file_of(silent, good, [], silent, [("gpt", "I am.")]),
               [good, [("gpt", "I am.")]], 3)  # fmt: skip
    files = [b"", b"[]", b"{}", b"[{", b"\xff\xfe", file_of(silent), file_of(good, {"id": "2"}),
             file_of(good, "text"), file_of([("human", "A?"), ("gpt", None)])]  # fmt: skip
    messages = said.texts(student.call("refused", files=files)["messages"], "messages")
    for data, message in zip(files, messages, strict=True):
        if not message or "\n" in message:
            raise Wrong(f"a file that holds {data[:60]!r} is not refused in one line",
                        f"内容为 {data[:60]!r} 的文件没有用一行话拒绝")  # fmt: skip
    if "2" not in messages[files.index(file_of(good, "text"))]:
        raise Wrong("the second dialogue is at fault, and the message names another or none",
                    "出错的是第 2 段对话，而错误信息说的是别的，或者没有说")  # fmt: skip


def check_text(student, record, end, *dialogues):
    out = student.call("text", dialogues=dialogues, end=end)
    with record.part(2, en="the whole text", zh="整段文本"):
        said.assert_texts(out["texts"], [said.text(one, end) for one in dialogues], name="texts")
    pieces = [piece for turns in dialogues for number, turn in enumerate(turns)
              for piece in said.pieces(*turn, first=number == 0)]  # fmt: skip
    with record.part(1, en="what of it the assistant says", zh="其中哪些是助手说的"):
        said.assert_texts(out["pieces"], pieces, name="pieces")


def test_a_dialogue_becomes_lines_of_user_and_assistant(student, record):
    check_text(
        student,
        record,
        END,
        said.dialogue("What is the capital of France?", "Paris."),
        said.dialogue("Hello!", "Hello! What would you like to know?", "2 + 2?", "4"),
        said.dialogue("法国的首都是哪里？", "法国的首都是巴黎。", "谢谢！", "不客气。"),
    )
