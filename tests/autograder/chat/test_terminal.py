"""The terminal: commands, what is printed, and a real conversation with a real model."""

from __future__ import annotations

import io
import os
import sys

import pexpect
import pytest
from rich.console import Console

from autograder.chat.conversation import EXAMPLES
from autograder.chat.session import Session
from autograder.chat.terminal import Terminal
from autograder.chat.transcript import Settings, read_transcript
from autograder.errors import CourseError
from tests.autograder.chat.scripted import Scripted


@pytest.fixture
def talk(monkeypatch, tmp_path):
    """Types lines into the chat, the end of input after them, and gives the session and screen."""

    def run(model, *lines, language="en"):
        typed = iter(lines)

        def read(_prompt):
            line = next(typed, EOFError())
            if isinstance(line, BaseException):
                raise line
            return line

        def load(name):
            if name == "none":
                raise CourseError("none: no such folder")
            return Scripted(f"I am {name}")

        monkeypatch.setattr("builtins.input", read)
        screen = io.StringIO()
        session = Session(model, Settings(), seed=5, path=tmp_path / "chat.json")
        Terminal(session, load, language, Console(file=screen, width=200)).run()
        return session, screen.getvalue()

    return run


def test_a_conversation_is_shown_and_saved(talk):
    session, screen = talk(Scripted("Hel", "lo"), "Hi", "   ", "Bye")
    assert screen.count("model> Hello\n") == 2
    assert screen.endswith(f"Saved in {session.file}\n")
    assert [turn.value for turn in read_transcript(session.file).turns] == [
        *("Hi", "Hello"),
        *("Bye", "Hello"),
    ]


def test_the_courses_three_prompts_are_offered_and_can_be_said_by_number(talk):
    session, screen = talk(Scripted("?"), "/examples", "/3")
    for number, example in enumerate(EXAMPLES, start=1):
        assert screen.count(f"  /{number}  {example}\n") == 2  # at the start and when asked for
    assert session.turns[0].value == "如何向盲人推销VR眼镜？"


def test_reset_begins_a_new_conversation_and_says_where_the_last_one_is(talk, tmp_path):
    session, screen = talk(Scripted("Hello"), "/reset", "Hi", "/reset", "Again")
    assert "A new conversation.\n" in screen
    assert f"The last one is in {tmp_path / 'chat.json'}" in screen
    assert [turn.value for turn in session.turns] == ["Again", "Hello"]


def test_save_says_where_and_takes_another_place(talk, tmp_path):
    session, screen = talk(
        Scripted("Hello"), "/save", "Hi", "/save", f"/save {tmp_path}/my own.json"
    )
    assert "Nothing was said" in screen
    assert f"Saved in {tmp_path / 'chat.json'}" in screen
    assert session.file == tmp_path / "my own.json"
    assert len(read_transcript(session.file).turns) == 2


def test_another_model_begins_a_new_conversation_and_one_that_fails_changes_nothing(talk):
    session, screen = talk(Scripted("Hello"), "Hi", "/model none", "/model", "/model x", "Who?")
    assert "none: no such folder\n" in screen
    assert screen.count("scripted · temperature 0.7 · top-p 0.9 · at most 256 tokens a reply") >= 2
    assert [turn.value for turn in session.turns] == ["Who?", "I am x"]


def test_an_unknown_command_is_not_said_to_the_model(talk):
    model = Scripted("Hello")
    _, screen = talk(model, "/rest", "/help", "/quit", "never read")
    assert "/rest: no such command." in screen
    assert model.asked == []


def test_text_is_printed_as_it_is_but_cannot_steer_the_terminal(talk):
    _, screen = talk(Scripted("[bold]a[/] :fish: \x1b[2J\x9b2J\rb\nc 鱼"), "Hi")
    assert "model> [bold]a[/] :fish: [2J2Jb\nc 鱼\n" in screen


def test_trouble_is_one_line_and_the_chat_goes_on(talk):
    model = Scripted("Well", error=CourseError("x: out of memory. Do: something"))
    session, screen = talk(model, "Hi", "Still there?")
    assert screen.count("model> Well\nx: out of memory. Do: something\n") == 2
    assert len(session.turns) == 4


def test_ctrl_c_stops_a_reply_and_at_the_prompt_ends_the_chat(talk):
    session, screen = talk(
        Scripted("Once upon", error=KeyboardInterrupt()), "A story!", KeyboardInterrupt(), "no"
    )
    assert "Once upon (stopped)\n" in screen
    assert [turn.stopped for turn in read_transcript(session.file).turns] == [False, True]


def test_a_cut_history_and_an_empty_reply_are_told(talk):
    _, screen = talk(Scripted(forgets=4), "Hi")
    assert "(The oldest 4 turns no longer fit" in screen
    assert "(no reply)" in screen


def test_it_speaks_chinese(talk):
    _, screen = talk(Scripted("你好"), "嗨", "/reset", "/what", language="zh")
    for text in ("温度 0.7", "不知道说什么", "模型> 你好", "新的对话。上一段在", "没有这个命令"):
        assert text in screen


@pytest.mark.usefixtures("real_folder")
def test_a_real_conversation_in_a_real_terminal(tmp_path):
    arguments = ["-m", "autograder", "chat", "--temperature", "0", "--lang", "en"]
    chat = pexpect.spawn(
        sys.executable, arguments, cwd=str(tmp_path), timeout=240, encoding="utf-8",
        env={**os.environ, "TERM": "xterm", "PYTHONUTF8": "1"}, dimensions=(40, 120),
    )  # fmt: skip
    chat.expect_exact(EXAMPLES[0])
    chat.expect_exact("you> ")
    chat.sendline("What is the capital of France?")
    chat.expect_exact("model>")
    chat.expect_exact("Paris")
    chat.expect_exact("you> ")
    chat.sendline("Write a very long story about a fish.")
    chat.expect_exact("model>")
    chat.expect(r"\w+ \w+")
    chat.sendintr()
    chat.expect_exact("(stopped)")
    chat.expect_exact("you> ")
    chat.sendline("/quit")  # a second Ctrl-C could come before readline listens, and be lost
    chat.expect_exact("Saved in transcripts/chat-")
    chat.expect(pexpect.EOF)
    chat.close()
    assert chat.exitstatus == 0
    (file,) = (tmp_path / "transcripts").iterdir()
    saved = read_transcript(file)
    assert saved.model.startswith("SmolLM2-135M-Instruct")
    assert "Paris" in saved.turns[1].value
    assert [turn.stopped for turn in saved.turns] == [False, False, False, True]
    assert saved.turns[3].value
