"""One warm grader for the tests that grade whole submissions of the word arithmetic assignment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.course.assignment import load_assignment
from autograder.course.masked import known_gaps
from autograder.grading.grade import Grader
from autograder.grading.options import Options
from autograder.models.store import is_present

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def grader() -> Iterator[Grader]:
    """Grades in the real sandbox, and says what hidden tests saw."""
    if not is_present("word-vectors"):
        pytest.skip("the word vectors are not on this machine: autograder fetch word-vectors")
    assignment = load_assignment(ROOT, "word_arithmetic")
    with Grader(assignment, known_gaps(assignment), Options(reveal=True)) as warm:
        yield warm
