"""The fixtures of graded tests, of session scope so that hypothesis may use them."""

from __future__ import annotations

import pytest

from autograder.grading.draw import Draw
from autograder.grading.forms import Forms
from autograder.grading.record import Record
from autograder.grading.student import Student
from autograder.models.weights import Model

STUDENT = pytest.StashKey[Student]()
DRAW = pytest.StashKey[Draw]()
RECORD = pytest.StashKey[Record]()
FORMS = pytest.StashKey[Forms]()
MODEL = pytest.StashKey["Model | None"]()


@pytest.fixture(scope="session")
def student(pytestconfig: pytest.Config) -> Student:
    """Calls probes on the submission's code."""
    return pytestconfig.stash[STUDENT]


@pytest.fixture(scope="session")
def draw(pytestconfig: pytest.Config) -> Draw:
    """Seeded inputs."""
    return pytestconfig.stash[DRAW]


@pytest.fixture(scope="session")
def record(pytestconfig: pytest.Config) -> Record:
    """Takes partial credit, notes, bars and a bonus."""
    return pytestconfig.stash[RECORD]


@pytest.fixture(scope="session")
def forms(pytestconfig: pytest.Config) -> Forms:
    """The forms that were handed in, by name. Data from a student: parse it with care."""
    return pytestconfig.stash[FORMS]


@pytest.fixture(scope="session")
def model(pytestconfig: pytest.Config) -> Model | None:
    """Real-size weights, in tests with `needs_model = true`."""
    return pytestconfig.stash[MODEL]
