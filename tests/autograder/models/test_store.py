"""Sources are found in the order of the course, and pickles are refused by name."""

from __future__ import annotations

import dataclasses

import pytest

from autograder.errors import CourseError
from autograder.models.catalogue import CATALOGUE
from autograder.models.fetch import fetch
from autograder.models.store import is_present, laid_folder, locate


def test_what_is_missing_is_told_in_one_line_with_each_way_to_get_it(cache):
    with pytest.raises(CourseError) as caught:
        locate("bert-base-chinese")
    told = str(caught.value)
    assert "\n" not in told
    assert told.startswith("bert-base-chinese: BERT for Chinese")
    assert "needed for word arithmetic" in told
    assert "`autograder fetch bert-base-chinese`" in told
    assert "model.safetensors and tokenizer.json into model/bert-base-chinese/" in told


def test_an_unknown_name_is_answered_with_those_there_are(cache):
    with pytest.raises(CourseError, match=r"word-vecs: no such source. Do: choose from word-vec"):
        locate("word-vecs")


def test_a_given_path_comes_before_a_laid_folder_and_that_before_the_cache(
    tiny, cache, tmp_path, monkeypatch
):
    fetch("tiny")
    assert locate("tiny") == cache / "tiny"
    laid = _folder(tmp_path / "here" / "model" / "tiny", "data.txt")
    assert locate("tiny") == laid
    (tmp_path / "here" / "assignments").mkdir()
    (tmp_path / "here" / "below").mkdir()
    monkeypatch.chdir(tmp_path / "here" / "below")
    assert locate("tiny") == laid
    given = _folder(tmp_path / "elsewhere", "data.txt")
    assert locate("tiny", given) == given
    assert locate("tiny", given / "data.txt") == given / "data.txt"


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", "checkpoint.pth"])
def test_a_folder_with_nothing_but_a_pickle_is_refused_by_name(cache, tmp_path, name):
    laid = _folder(tmp_path / "here" / "model" / "gpt2-base", "config.json", name)
    with pytest.raises(CourseError) as caught:
        locate("gpt2-base")
    assert str(caught.value).startswith(f"{laid / name}: not read, since a pickle can run code")
    assert "save_pretrained(folder, safe_serialization=True)" in str(caught.value)
    assert not is_present("gpt2-base")


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", "weights.npz", "model"])
def test_a_given_file_that_is_no_data_format_is_refused_by_name(cache, tmp_path, name):
    path = _folder(tmp_path / "mine", name) / name
    with pytest.raises(CourseError, match=f"{name}: not read"):
        locate("gpt2-base", path)


def test_a_pickle_beside_safetensors_does_no_harm(cache, tmp_path):
    laid = _folder(tmp_path / "here" / "model" / "gpt2-base",
                   "config.json", "model.safetensors", "pytorch_model.bin")  # fmt: skip
    assert locate("gpt2-base") == laid


def test_a_given_path_that_does_not_exist_is_one_line(cache, tmp_path):
    with pytest.raises(CourseError, match="no such file or folder"):
        locate("gpt2-base", tmp_path / "nowhere")


def test_a_cached_folder_without_its_manifest_is_not_trusted(cache):
    _folder(cache / "gpt2-base", "config.json", "model.safetensors")
    assert not is_present("gpt2-base")


def test_a_cached_folder_that_lost_a_file_is_not_trusted(tiny, cache):
    (fetch("tiny") / "data.txt").unlink()
    assert not is_present("tiny")


def test_a_cached_folder_of_an_earlier_version_is_not_trusted(tiny, index, cache, monkeypatch):
    fetch("tiny")
    later = dataclasses.replace(tiny.origin, requirement="tiny-data==1.1")
    monkeypatch.setitem(CATALOGUE, "tiny", dataclasses.replace(tiny, origin=later))
    assert not is_present("tiny")


@pytest.mark.parametrize("repository", ["openai-community/gpt2", "gpt2"])
def test_what_the_hubs_own_cache_holds_is_found(cache, tmp_path, monkeypatch, repository):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    kept = tmp_path / "hub" / f"models--{repository.replace('/', '--')}"
    snapshot = _folder(kept / "snapshots" / "a1b2", "config.json")
    (_folder(kept / "refs") / "main").write_text("a1b2")
    assert not is_present("gpt2-base")
    (snapshot / "model.safetensors").write_text("")
    assert locate("gpt2-base") == snapshot


def _folder(path, *files):
    path.mkdir(parents=True, exist_ok=True)
    for name in files:
        (path / name).write_text("{}")
    return path


def test_a_folder_above_the_course_is_not_the_courses(tiny, monkeypatch, tmp_path):
    _folder(tmp_path / "model" / "tiny", "data.txt")
    (tmp_path / "here" / "assignments").mkdir(parents=True, exist_ok=True)
    monkeypatch.chdir(tmp_path / "here")
    assert laid_folder("tiny") is None
    (tmp_path / "here" / "assignments").rmdir()
    assert laid_folder("tiny") is None
