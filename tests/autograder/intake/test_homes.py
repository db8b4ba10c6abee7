"""Where a student's files lie, when they lie one folder or one archive deeper than they should."""

from __future__ import annotations

import pytest

from autograder.intake.archives import Archive
from autograder.intake.homes import holds, home_of
from autograder.intake.submission import Rejection
from tests.autograder.intake.making import FORMATS, packed, zipped

FILES = [("gpt2/model.py", b"x = 1")]


def _home(path):
    return home_of(path, None, ["gpt2"])


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "s01").mkdir()
    return tmp_path / "s01"


@pytest.mark.parametrize("outer", FORMATS)
@pytest.mark.parametrize("inner", FORMATS)
def test_an_archive_that_holds_one_archive_stands_for_it(tmp_path, inner, outer):
    path = tmp_path / f"s01.{outer}"
    path.write_bytes(packed([(f"a/inner.{inner}", packed(FILES, inner))], outer))
    home = _home(path)
    assert home.place == f"{path}/a/inner.{inner}"
    assert holds(home, ["gpt2"])


def test_a_third_archive_is_one_too_many(tmp_path):
    path = tmp_path / "s01.zip"
    path.write_bytes(zipped([("b.zip", zipped([("c.zip", zipped(FILES))]))]))
    assert not holds(_home(path), ["gpt2"])


def test_two_archives_or_one_beside_something_stand_for_none(tmp_path):
    path = tmp_path / "s01.zip"
    for other in ("b.zip", "report.pdf"):
        path.write_bytes(zipped([("a.zip", zipped(FILES)), (other, b"")]))
        assert _home(path).place == str(path)


def test_an_inner_archive_is_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr("autograder.intake.homes.MAX_UNPACKED", 1000)
    path = tmp_path / "s01.zip"
    path.write_bytes(zipped([("inner.zip", bytes(2000))]))
    with pytest.raises(Rejection, match=r"inner\.zip: 2 KiB, more than 1 KiB\. Do: "):
        _home(path)


def test_a_folder_with_the_assignment_is_home_whatever_else_is_in_it(folder):
    (folder / "gpt2").mkdir()
    (folder / "old.zip").write_bytes(b"")
    assert _home(folder) == folder


def test_a_folder_that_holds_one_archive_stands_for_it(folder):
    (folder / "mine.zip").write_bytes(zipped(FILES))
    (folder / ".DS_Store").write_bytes(b"")
    home = _home(folder)
    assert isinstance(home, Archive)
    assert holds(home, ["gpt2"])
    (folder / "report.pdf").write_bytes(b"")
    assert _home(folder) == folder


def test_a_folder_that_holds_one_folder_with_the_assignment_stands_for_it(folder):
    (folder / "mine" / "gpt2").mkdir(parents=True)
    assert _home(folder) == folder / "mine"
    assert home_of(folder, None, ["sft"]) == folder


def test_a_link_leads_nowhere(folder, tmp_path):
    (tmp_path / "other" / "gpt2").mkdir(parents=True)
    (folder / "mine").symlink_to(tmp_path / "other")
    assert _home(folder) == folder
    (folder / "mine").unlink()
    (tmp_path / "other.zip").write_bytes(zipped(FILES))
    (folder / "mine.zip").symlink_to(tmp_path / "other.zip")
    with pytest.raises(Rejection, match="a link that leaves the folder"):
        _home(folder)
