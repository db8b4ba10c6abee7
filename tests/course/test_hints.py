"""Every gap of the course has two or three hints in both languages, none of them twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course.assignment import find_course
from autograder.course.masked import known_gaps

COURSE = find_course(Path(__file__).parent)


@pytest.mark.parametrize("name", COURSE.names)
def test_each_gap_has_two_or_three_hints_in_both_languages(name):
    for gap in (gap for some in known_gaps(COURSE.assignment(name)).values() for gap in some):
        assert len(gap.hints) == len(gap.hints_zh), gap.name
        assert 2 <= len(set(gap.hints)) == len(gap.hints) <= 3, gap.name
        assert len(set(gap.hints_zh)) == len(gap.hints_zh), gap.name
