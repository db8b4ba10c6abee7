"""`autograder parity` takes the real weights where they are, never others in silence."""

from __future__ import annotations

import msgspec
import pytest

from autograder.commands.parity import _weights
from autograder.errors import CourseError
from autograder.models.catalogue import find_source
from autograder.models.store import MANIFEST, Manifest, StoredFile, cache_folder

FILES = ("config.json", "model.safetensors")


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder, and an empty cache elsewhere."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


def test_the_weights_that_fetch_brought_are_taken(here):
    folder = _fill(cache_folder("gpt2-base"), *FILES)
    source = find_source("gpt2-base")
    files = {name: StoredFile(2, "") for name in FILES}
    manifest = Manifest(source.name, source.licence, str(source.origin), files)
    (folder / MANIFEST).write_bytes(msgspec.json.encode(manifest))
    assert _weights(None, here / "unused").path == folder / "model.safetensors"


def test_weights_laid_in_the_course_come_first(here):
    laid = _fill(here / "model" / "gpt2-base", *FILES)
    assert _weights(None, here / "unused").path == laid / "model.safetensors"


def test_a_laid_pickle_is_refused_and_not_replaced_by_random_weights(here):
    _fill(here / "model" / "gpt2-base", "config.json", "pytorch_model.bin")
    with pytest.raises(CourseError, match=r"pytorch_model.bin: not read"):
        _weights(None, here / "unused")


def _fill(folder, *names):
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).write_text("{}")
    return folder
