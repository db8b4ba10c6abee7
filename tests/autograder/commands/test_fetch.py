"""`autograder fetch` says what there is, brings it, and is told apart from a misspelling."""

from __future__ import annotations

import pytest

from autograder.commands.fetch import fetch
from autograder.errors import CourseError
from autograder.models.catalogue import CATALOGUE
from autograder.models.embeddings import tensors_file
from autograder.models.origins import Embedded


@pytest.fixture
def empty(tmp_path, monkeypatch):
    """No source is on this machine."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(("lang", "here", "not_here"), [("en", "here", "not here"),
                                                        ("zh", "已有", "未有")])  # fmt: skip
def test_the_list_says_of_each_source_what_it_is_and_whether_it_is_here(
    empty, capsys, lang, here, not_here
):
    laid = empty / "model" / "gpt2-base"
    laid.mkdir(parents=True)
    for name in ("config.json", "model.safetensors"):
        (laid / name).write_text("{}")
    assert fetch([], listing=True, lang=lang) == 0
    lines = capsys.readouterr().out.splitlines()
    heads, uses = lines[::2], lines[1::2]
    assert [line.split()[0] for line in heads] == list(CATALOGUE)
    for source, head, use in zip(CATALOGUE.values(), heads, uses, strict=True):
        assert f"B  {source.licence} " in head
        is_here = source.name == "gpt2-base" or isinstance(source.origin, Embedded)
        assert head.endswith(f"  {here if is_here else not_here}")
        assert (source.what_zh if lang == "zh" else source.what) in use


def test_what_is_here_is_named_with_its_folder(empty, capsys):
    laid = empty / "model" / "sharegpt"
    laid.mkdir(parents=True)
    (laid / "sharegpt_gpt4.json").write_text("[]")
    assert fetch(["sharegpt"], listing=False, lang="en") == 0
    assert capsys.readouterr().out == f"sharegpt: {laid}\n"


def test_a_misspelt_name_is_told_before_anything_is_fetched(empty):
    with pytest.raises(CourseError, match="chat-modle: no such source"):
        fetch(["word-vectors", "chat-modle"], listing=False, lang="en")
    assert not (empty / "autograder").exists()


def test_no_name_is_answered_with_those_there_are(empty):
    with pytest.raises(CourseError, match=r"fetch: no name. Do: choose from word-vectors, minilm"):
        fetch([], listing=False, lang="en")


def test_the_real_word_vectors_are_where_it_says(needs_word_vectors, capsys):
    assert fetch(["word-vectors"], listing=False, lang="en") == 0
    folder = tensors_file("word-vectors").parent
    assert capsys.readouterr().out == f"word-vectors: {folder}\n"


@pytest.fixture
def needs_word_vectors():
    from autograder.models.store import is_present

    if not is_present("word-vectors"):
        pytest.skip(
            "word-vectors is not on this machine: `autograder fetch word-vectors` brings it"
        )
