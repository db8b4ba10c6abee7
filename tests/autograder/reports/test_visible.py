"""What has no look of its own is made to show; what people read stays as it is."""

from __future__ import annotations

import pytest

from autograder.reports.visible import visible


@pytest.mark.parametrize(
    ("odd", "number"),
    [("\u202e", "202E"), ("\u2066", "2066"), ("\x1b", "001B"), ("\x00", "0000"), ("\r", "000D"),
     ("\u200b", "200B"), ("\ufeff", "FEFF"), ("\u2028", "2028"), ("\U000e0041", "E0041"),
     ("\u3164", "3164"), ("\ue000", "E000")],
)  # fmt: skip
def test_a_character_without_a_look_is_told_by_its_number(odd, number):
    assert visible(f"a{odd}b") == f"a‹U+{number}›b"


@pytest.mark.parametrize(
    "text",
    ["plain", "两杯50度的巧克力，混合？", "é ñ \u3000 \u00a0", "line\n\ttab", "🙂", "‹U+202E›"],
)
def test_what_people_read_stays(text):
    assert visible(text) == text
