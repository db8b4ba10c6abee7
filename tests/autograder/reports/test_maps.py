"""Error maps as pictures: every cell drawn once, the worst the darkest, and what a shade means."""

from __future__ import annotations

import re

from autograder.reports.maps import LETTERS, SHADES, shade, shades, size


def _cells(path: str) -> list[tuple[int, int]]:
    """The cells that a path covers."""
    return [(int(x) + step, int(y))
            for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", path)
            for step in range(int(length))]  # fmt: skip


def test_each_cell_is_drawn_once_in_the_shade_of_its_letter():
    rows = ("0011", "z0y0")
    found = shades(rows)
    cells = [cell for one in found for cell in _cells(one.path)]
    assert sorted(cells) == [(x, y) for x in range(4) for y in range(2)]
    by_shade = {one.number: _cells(one.path) for one in found}
    assert by_shade[0] == [(0, 0), (1, 0), (1, 1), (3, 1)]
    assert by_shade[1] == [(2, 0), (3, 0)]
    assert by_shade[SHADES] == [(2, 1)]
    assert by_shade[SHADES + 1] == [(0, 1)]
    assert size(rows) == (2, 4)


def test_what_differs_is_never_drawn_as_what_does_not():
    for lowest in range(1, 35):
        for highest in range(lowest, 35):
            scale = (lowest, highest)
            assert [shade("0", scale), shade("z", scale)] == [0, SHADES + 1]
            drawn = [shade(letter, scale) for letter in LETTERS[lowest : highest + 1]]
            assert drawn == sorted(drawn)
            assert (drawn[0], drawn[-1]) == (1 if lowest < highest else SHADES, SHADES)
    assert shade("?", (1, 4)) == SHADES + 1  # of a file that we did not write


def test_a_shade_says_up_to_how_many_times_the_tolerance_it_goes():
    assert [one.most for one in shades(("04",))] == ["1", "10"]
    assert [one.most for one in shades(("0e",))][1:] == ["3,200"]
    assert [one.most for one in shades(("0y",))][1:] == ["3e+08"]
    assert [one.most for one in shades(("0489",))][1:] == ["10", "100", "180"]
