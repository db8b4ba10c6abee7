"""Files that travel in a cell: as they were, nowhere else, and damage is told."""

from __future__ import annotations

import pytest

from autograder.errors import CourseError
from autograder.notebooks.packed import pack, unpack

FILES = {"course/a.py": b"x = 1\n", "data.bin": bytes(range(256)), "empty": b""}


def _found(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*") if path.is_file()}  # fmt: skip


def test_the_files_come_back_as_they_were_from_a_few_short_lines(tmp_path):
    text = pack(FILES)
    assert text.isascii()
    assert all(len(line) < 100 for line in text.split("\n"))
    assert text == pack(dict(reversed(FILES.items())))
    unpack(text, tmp_path)
    assert _found(tmp_path) == FILES


def test_what_the_student_has_filled_in_stays(tmp_path):
    (tmp_path / "data.bin").write_bytes(b"mine")
    unpack(pack(FILES), tmp_path, keeps=True)
    assert _found(tmp_path) == {**FILES, "data.bin": b"mine"}


@pytest.mark.parametrize("text", ["", "no base64!", "AAAA", pack(FILES)[:-40], pack(FILES)[40:]])
def test_damage_is_told_with_what_to_do(tmp_path, text):
    with pytest.raises(CourseError, match=r"damaged\. Do: take the notebook as it was given out"):
        unpack(text, tmp_path)
    assert not _found(tmp_path)


@pytest.mark.parametrize("name", ["/etc/x", "../x", "a/../../x"])
def test_no_file_leaves_the_folder(tmp_path, name):
    with pytest.raises(CourseError, match="leaves the folder"):
        unpack(pack({name: b""}), tmp_path / "inside")
    assert not _found(tmp_path)
