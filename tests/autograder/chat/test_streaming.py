"""Streaming: whole characters only, errors cross the thread, and a closed stream stops its work."""

from __future__ import annotations

import threading

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from autograder.chat.streaming import UNFINISHED, TokenStream

TEXT = st.text(st.characters(codec="utf-8", exclude_characters=UNFINISHED))


def _bytes(tokens):
    return bytes(tokens).decode("utf-8", "replace")


def _stream(data):
    """The pieces of a reply whose tokens are the bytes of `data`."""
    stream = TokenStream(_bytes)

    def generate():
        stream.put(torch.tensor([[104, 105]]))  # the prompt
        for byte in data:
            stream.put(torch.tensor([byte]))
        stream.end()

    return list(stream.pieces(generate))


@given(TEXT)
def test_each_character_comes_whole_when_its_last_byte_is_there(text):
    assert _stream(text.encode()) == list(text)


@given(TEXT, st.integers(1, 3))
def test_a_reply_that_ends_within_a_character_ends_before_it(text, missing):
    assert "".join(_stream((text + "🐟").encode()[:-missing])) == text


def test_bytes_that_never_become_a_character_do_not_hold_up_what_follows():
    assert "".join(_stream(b"a\xe9\x9c b")) == f"a{UNFINISHED} b"


def test_what_goes_wrong_while_generating_is_raised_where_the_reply_is_read():
    def generate():
        raise MemoryError("too much")

    with pytest.raises(MemoryError, match="too much"):
        list(TokenStream(_bytes).pieces(generate))


def test_closing_the_stream_stops_the_generation():
    stream, ended = TokenStream(_bytes), threading.Event()

    def generate():
        stream.put(torch.tensor([[1]]))
        while not stream(torch.zeros(1, 1), None).all():
            stream.put(torch.tensor([97]))
        ended.set()

    pieces = stream.pieces(generate)
    assert next(pieces) == "a"
    pieces.close()
    assert ended.wait(60)
