"""Servers of OpenAI's protocol: streamed replies, one-line refusals, a key that stays secret."""

from __future__ import annotations

import socket

import pytest

from autograder.chat.server import open_server
from autograder.chat.transcript import Settings, Turn
from autograder.errors import CourseError
from tests.autograder.chat.openai_server import serving

KEY = "sk-very-secret-4711"
SETTINGS = Settings(temperature=0.5, top_p=0.8, max_new_tokens=7)
TURNS = [Turn("human", "你好"), Turn("gpt", "Hello"), Turn("human", "More?")]


@pytest.fixture(autouse=True)
def _key(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


def _reply(url, model="m", turns=TURNS, *, system=None, forgot=None):
    pieces = open_server(model, url).reply(
        turns, SETTINGS, seed=11, system=system, forgot=forgot or pytest.fail
    )
    return list(pieces)


def _refusal(url, model="m"):
    with pytest.raises(CourseError) as caught:
        _reply(url, model)
    message = str(caught.value)
    assert KEY not in message
    assert caught.value.__cause__ is None  # not even a traceback shows what the server said
    assert "\n" not in message
    return message


def test_a_reply_comes_in_pieces_and_the_server_gets_the_settings():
    with serving(" Hel", "lo, 世", "界", "\n", key=KEY) as server:
        assert _reply(server.url, system="Be brief.") == ["Hel", "lo, 世", "界"]
    assert server.asked == [
        {
            "model": "m",
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": "你好"},
                {"role": "assistant", "content": "Hello"},
                {"role": "user", "content": "More?"},
            ],
            "temperature": 0.5,
            "top_p": 0.8,
            "max_tokens": 7,
            "seed": 11,
            "stream": True,
        }
    ]


def test_where_the_servers_context_is_full_the_oldest_exchange_is_left_out():
    told: list[int] = []
    with serving("ok", most_messages=2) as server:
        assert _reply(server.url, forgot=told.append) == ["ok"]
    assert told == [2]
    assert server.asked[-1]["messages"] == [{"role": "user", "content": "More?"}]


def test_where_even_the_last_turn_is_too_long_that_is_one_line():
    with serving(most_messages=0) as server:
        assert "maximum context length" in _refusal(server.url)


def test_a_server_without_a_key_needs_none(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY")
    with serving("ok") as server:
        assert _reply(server.url) == ["ok"]


def test_a_refused_key_is_one_line_that_does_not_repeat_it():
    with serving(key="another") as server:
        assert "refuses the key. Do: set the right one, export OPENAI_API_KEY=" in _refusal(
            server.url
        )


def test_what_else_a_server_refuses_is_one_line_without_the_key_that_it_repeats():
    with serving() as server:
        message = _refusal(server.url, "no-such-model")
    assert "no such model for … really" in message


def test_a_server_that_is_not_there_is_one_line():
    with socket.socket() as taken:  # bound and not listening: nobody answers
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        assert _refusal(url) == f"{url}: no server answers there. Do: start it, or check --url"


@pytest.mark.parametrize(
    ("model", "url", "reason"),
    [
        (None, "http://127.0.0.1:1/v1", "--model NAME"),
        ("m", "localhost:8080", "not an address"),
        ("m", "ftp://127.0.0.1/v1", "not an address"),
        ("m", f"http://me:{KEY}@127.0.0.1/v1", "no key may stand in it"),
        ("m", f"http://127.0.0.1/v1?key={KEY}", "no key may stand in it"),
    ],
)
def test_an_address_or_a_name_that_will_not_do_is_one_line(model, url, reason):
    with pytest.raises(CourseError, match=reason) as caught:
        open_server(model, url)
    assert KEY not in str(caught.value)
