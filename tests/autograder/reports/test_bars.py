"""Bars in the terminal: aligned in any script, longer for more, and never markup."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.text import Text

from autograder.reports.bars import WIDTH, bar_lines, span
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
def test_every_bar_goes_from_zero_to_its_value_within_the_width(values):
    picture = _picture(*((f"{place}", value) for place, value in enumerate(values)))
    low, high = min(0.0, *values), max(0.0, *values)
    for bar, line in zip(picture.bars, _lines(picture)[1:], strict=True):
        start, length = span(bar, picture)
        ends = {low + start * (high - low), low + (start + length) * (high - low)}
        assert 0 <= start <= start + length <= 1 + 1e-9
        assert any(abs(end) < 1e-9 for end in ends)
        assert any(abs(end - bar.value) < 1e-9 for end in ends)
        drawn = sum(c in "░█▏▎▍▌▋▊▉" for c in line)
        assert abs(drawn - length * WIDTH) <= 1.5
        assert ("░" in line) == (bar.value < 0)


def test_bars_of_both_signs_meet_at_zero():
    negative, positive = _lines(_picture(("a", -0.5), ("b", 0.5)))[1:]
    assert negative.startswith("  a " + "░" * (WIDTH // 2) + " ")
    assert positive.startswith("  b " + " " * (WIDTH // 2) + "█" * (WIDTH // 2))


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
