"""Models to talk with: a tiny random one, a tiny trained one, and the course's real one."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.chat.generation import LocalModel, load_local
from autograder.errors import CourseError
from autograder.models.store import locate
from tests.autograder.chat.tiny import save_tiny

LEARNED = "User: capital?\nAssistant: Paris, 巴黎.\nUser: more?\nAssistant: no."


@pytest.fixture(scope="session")
def random_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny(tmp_path_factory.mktemp("models") / "random")


@pytest.fixture(scope="session")
def random_model(random_folder: Path) -> LocalModel:
    return load_local(str(random_folder), None)


@pytest.fixture(scope="session")
def trained_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As a student makes one later in the course: it has learned a dialogue in the plain form."""
    return save_tiny(tmp_path_factory.mktemp("models") / "trained", text=LEARNED)


@pytest.fixture(scope="session")
def real_folder() -> Path:
    try:
        return locate("chat-model")
    except CourseError as error:
        pytest.skip(f"the real chat model is absent: {error}")


@pytest.fixture(scope="session")
def real_model(real_folder: Path) -> LocalModel:
    return load_local(None, None)
