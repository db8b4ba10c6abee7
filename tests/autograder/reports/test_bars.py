"""Bars in the terminal: aligned in any script, longer for more, and never markup."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.text import Text

from autograder.reports.bars import WIDTH, bar_lines, share
from autograder.reports.schema import Bar, Picture


def _picture(*bars):
    return Picture(
        title="cosine similarity",
        bars=tuple(
            Bar(label=label, value=value, right=False, yours=False) for label, value in bars
        ),
    )


def _lines(picture):
    return [Text.from_markup(line).plain for line in bar_lines(picture, "en")]


def test_labels_of_one_and_two_columns_a_character_align():
    lines = _lines(_picture(("MIT", 0.5), ("斯坦福", 0.5)))
    assert [cell_len(line) for line in lines[1:]] == [cell_len(lines[1])] * 2


@given(st.lists(st.floats(-1.0, 1.0), min_size=1, max_size=6))
def test_a_longer_bar_is_a_larger_value_and_the_largest_takes_the_width(values):
    picture = _picture(*((f"{place}", value) for place, value in enumerate(values)))
    shares = [share(bar, picture) for bar in picture.bars]
    assert sorted(shares) == [shares[place] for place in sorted(
        range(len(values)), key=values.__getitem__)]  # fmt: skip
    assert max(shares) == (1.0 if max(values) > min(0.0, *values) else 0.0)
    assert min(shares) >= 0
    lengths = [sum(c in "█▏▎▍▌▋▊▉" for c in line) for line in _lines(picture)[1:]]
    for part, length in zip(shares, lengths, strict=True):
        assert abs(length - part * WIDTH) <= 1


def test_values_of_one_sign_start_at_zero():
    picture = _picture(("base", 4.0), ("yours", 2.0))
    assert [share(bar, picture) for bar in picture.bars] == [1.0, 0.5]
    picture = _picture(("a", -0.5), ("b", -0.25), ("c", 0.0))
    assert [share(bar, picture) for bar in picture.bars] == [0.0, 0.5, 1.0]


def test_the_right_one_and_the_students_are_said_in_words():
    bars = (Bar(label="鬼魂", value=0.5, right=True, yours=True),
            Bar(label="[red]人类[/]", value=-0.1, right=False, yours=False))  # fmt: skip
    picture = Picture(title="[bold]", bars=bars)
    title, first, second = _lines(picture)
    assert title == "[bold]"
    assert first.endswith(" 0.500  right, yours")
    assert "[red]人类[/]" in second
    assert second.endswith("-0.100")
    assert next(iter(list(bar_lines(picture, "zh"))[1:])).endswith("正确, 你的")
