"""The page's events: a conversation for each tab, saved as in the terminal; trouble is told."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from autograder.chat.page import Conversations, build_page
from autograder.chat.session import Session
from autograder.chat.transcript import Settings, read_transcript
from autograder.errors import CourseError
from tests.autograder.chat.scripted import Scripted

ONE, TWO = SimpleNamespace(session_hash="one"), SimpleNamespace(session_hash="two")


@pytest.fixture
def page(tmp_path):
    """The events of a page whose model is scripted."""

    def events(model, language="en"):
        return Conversations(
            lambda: Session(model, Settings(), path=tmp_path / "chat.json"), language
        )

    return events


def _values(path):
    return [turn.value for turn in read_transcript(path).turns]


def test_a_reply_grows_and_says_where_it_is_saved(page, tmp_path):
    replies = list(page(Scripted("Hel", "lo")).reply(" Hi ", [], ONE))
    where = f"Saved in `{tmp_path / 'chat.json'}` after each turn"
    assert replies == [("Hel", where), ("Hello", where)]
    assert _values(tmp_path / "chat.json") == ["Hi", "Hello"]


def test_each_tab_has_a_conversation_and_a_file_of_its_own(page, tmp_path):
    model = Scripted("Hello")
    events = page(model)
    for tab, text in ((ONE, "a"), (TWO, "b"), (ONE, "c")):
        list(events.reply(text, [], tab))
    assert [len(turns) for turns, _ in model.asked] == [1, 1, 3]
    assert _values(tmp_path / "chat.json") == ["a", "Hello", "c", "Hello"]
    assert _values(tmp_path / "chat-2.json") == ["b", "Hello"]


@pytest.mark.parametrize("event", ["reset", "leave"])
def test_a_cleared_or_closed_conversation_stays_in_its_file(page, tmp_path, event):
    events = page(Scripted("Hello"))
    list(events.reply("a", [], ONE))
    getattr(events, event)(ONE)
    list(events.reply("b", [], ONE))
    assert _values(tmp_path / "chat.json") == ["a", "Hello"]
    assert _values(tmp_path / "chat-2.json") == ["b", "Hello"]


def test_a_stopped_reply_is_kept(page, tmp_path):
    replies = page(Scripted("Hel", "lo")).reply("Hi", [], ONE)
    next(replies)
    replies.close()  # what gradio does when the stop button is pressed
    assert read_transcript(tmp_path / "chat.json").turns[1].stopped
    assert _values(tmp_path / "chat.json") == ["Hi", "Hel"]


def test_trouble_and_silence_are_shown_in_the_chat_and_nothing_empty_is_said(page):
    error = CourseError("x: out of memory. Do: something")
    for pieces, shown in (((), f"⚠️ {error}"), (("Well",), f"Well\n\n⚠️ {error}")):
        *_, (last, _where) = page(Scripted(*pieces, error=error)).reply("Hi", [], ONE)
        assert last == shown
    assert next(page(Scripted()).reply("Hi", [], ONE))[0] == "(no reply)"
    assert list(page(Scripted("Hello")).reply("  ", [], ONE)) == []


def test_the_page_offers_no_second_try_and_no_undo():
    page = build_page(lambda: Session(Scripted(), Settings()), "zh")
    (chatbot,) = (one for one in page.get_config_file()["components"] if one["type"] == "chatbot")
    assert chatbot["props"]["_retryable"] is False
    assert chatbot["props"]["_undoable"] is False
