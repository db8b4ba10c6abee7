"""Conversations as values: cutting at whole turns, the plain form, seeds, what is shown."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from autograder.chat.conversation import (
    STOP,
    encodable,
    longest_tail,
    plain_form,
    tidy,
    turn_seed,
)
from autograder.chat.transcript import Turn

TURNS = st.lists(st.text(max_size=20), max_size=13).map(
    lambda values: [Turn(("human", "gpt")[n % 2], value) for n, value in enumerate(values)]
)


def _size(turns):
    return sum(len(turn.value.encode()) + 1 for turn in turns)


@given(TURNS, st.integers(0, 300))
def test_a_history_is_cut_at_the_oldest_whole_turn_that_fits(turns, room):
    kept = list(longest_tail(turns, lambda tail: _size(tail) <= room))
    tails = [turns[n:] for n in range(0, len(turns), 2)]  # those that begin with the human
    assert kept == next((tail for tail in tails if _size(tail) <= room), [])


@given(TURNS, st.integers(0, 300))
def test_what_is_kept_is_an_end_of_the_history_with_each_turn_as_it_was(turns, room):
    kept = list(longest_tail(turns, lambda tail: _size(tail) <= room))
    assert kept == turns[len(turns) - len(kept) :]
    assert not kept or kept[0].speaker == "human"


def test_the_plain_form_is_as_documented():
    turns = [Turn("human", "Hello?"), Turn("gpt", "Hello."), Turn("human", "Who are you?")]
    assert plain_form(turns) == "User: Hello?\nAssistant: Hello.\nUser: Who are you?\nAssistant:"
    assert plain_form(turns[:2], "Be brief.") == "Be brief.\n\nUser: Hello?\nAssistant: Hello."
    assert plain_form(turns, end="<end>").splitlines() == [
        *("User: Hello?", "Assistant: Hello.<end>", "User: Who are you?", "Assistant:")
    ]


@given(TURNS)
def test_the_plain_form_of_a_reply_continues_that_of_its_question(turns):
    for number, turn in enumerate(turns):
        if turn.speaker == "gpt":
            asked = plain_form(turns[:number])
            assert plain_form(turns[: number + 1]) == f"{asked} {turn.value}"


LETTERS = st.text(alphabet="\nUser: ax", max_size=30)


@given(st.lists(LETTERS, max_size=8))
def test_a_reply_is_shown_without_white_space_at_its_ends_and_up_to_the_stop(pieces):
    whole = "".join(pieces)
    assert "".join(tidy(pieces, STOP)) == whole.partition(STOP)[0].strip()
    assert "".join(tidy(pieces, None)) == whole.strip()


def test_a_reply_is_shown_as_it_comes_and_not_at_its_end():
    pieces = iter(["Par", "is", " is", "\nUs", "ual", "\nUser", ": and then?", "never asked for"])
    shown = tidy(pieces, STOP)
    assert [next(shown) for _ in range(4)] == ["Par", "is", " is", "\nUsual"]
    assert list(shown) == []
    assert list(pieces) == ["never asked for"]


@given(st.integers(0, 2**31 - 1), st.integers(0, 1000))
def test_seeds_fit_every_server_and_differ_from_turn_to_turn(seed, number):
    assert 0 <= turn_seed(seed, number) < 2**31
    assert turn_seed(seed, number) == turn_seed(seed, number)
    assert turn_seed(seed, number) != turn_seed(seed, number + 2)


def test_seeds_never_change_between_versions():
    assert turn_seed(7, 1) == 890799651  # half of `printf '7 1' | sha256sum`, first 8 digits


def test_lone_surrogates_are_replaced_and_nothing_else():
    assert encodable("鱼\ud83d!") == "鱼?!"
    assert encodable("鱼🐟é") == "鱼🐟é"
