"""Reading a student's folder: only the listed files, and each bad one has its own line."""

from __future__ import annotations

import os

import pytest

from autograder.intake.folders import read_folder
from autograder.intake.submission import Rejection


@pytest.fixture
def student(tmp_path):
    (tmp_path / "s01" / "gpt2").mkdir(parents=True)
    return tmp_path / "s01"


def _rejection(student):
    with pytest.raises(Rejection) as caught:
        read_folder(student, "gpt2", ["model.py"])
    message = str(caught.value)
    assert message.startswith(str(student / "gpt2" / "model.py"))
    assert ". Do: " in message
    return message


def test_only_the_listed_files_are_read(student):
    (student / "gpt2" / "model.py").write_bytes(b"x = 1\r\n")
    (student / "gpt2" / "conftest.py").write_text("raise SystemExit")
    assert read_folder(student, "gpt2", ["model.py"]) == {"model.py": b"x = 1\r\n"}


def test_a_missing_file_is_rejected(student):
    assert "not handed in" in _rejection(student)


def test_a_byte_order_mark_is_kept_without_a_word(student):
    (student / "gpt2" / "model.py").write_bytes(b"\xef\xbb\xbfx = 1\n")
    assert read_folder(student, "gpt2", ["model.py"])["model.py"].startswith(b"\xef\xbb\xbf")


def test_a_file_that_is_not_utf8_is_rejected_with_the_place(student):
    (student / "gpt2" / "model.py").write_bytes(b"ab\xff")
    assert "not UTF-8 (byte 2)" in _rejection(student)


def test_a_huge_file_is_rejected_without_reading_it(student):
    with open(student / "gpt2" / "model.py", "wb") as file:
        file.truncate(100_000_000)
    assert "97,656 KiB, more than 256 KiB" in _rejection(student)


@pytest.mark.parametrize("target", ["/etc/passwd", "../../other.py"])
def test_a_link_out_of_the_folder_is_rejected(student, target):
    (student.parent / "other.py").write_text("secret = 1")
    (student / "gpt2" / "model.py").symlink_to(target)
    assert "a link that leaves the folder" in _rejection(student)


def test_a_folder_that_is_a_link_out_is_rejected(student, tmp_path):
    (student / "gpt2").rmdir()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "model.py").write_text("x = 1")
    (student / "gpt2").symlink_to(elsewhere)
    assert "a link that leaves the folder" in _rejection(student)


def test_a_link_within_the_folder_is_followed(student):
    (student / "mine.py").write_text("x = 1")
    (student / "gpt2" / "model.py").symlink_to("../mine.py")
    assert read_folder(student, "gpt2", ["model.py"]) == {"model.py": b"x = 1"}


def test_a_loop_of_links_is_rejected(student):
    (student / "gpt2" / "model.py").symlink_to("model.py")
    assert "cannot be read" in _rejection(student)


def test_a_pipe_is_rejected_and_does_not_block(student):
    os.mkfifo(student / "gpt2" / "model.py")
    assert "not a plain file" in _rejection(student)


def test_a_folder_in_place_of_the_file_is_rejected(student):
    (student / "gpt2" / "model.py").mkdir()
    assert "not a plain file" in _rejection(student)


@pytest.mark.parametrize("name", ["GPT2/model.py", "gpt2/Model.py", "Gpt2/MODEL.PY"])
def test_a_name_in_another_case_is_rejected_by_name(student, name):
    (student / "gpt2").rmdir()
    (student / name).parent.mkdir()
    (student / name).write_text("x = 1")
    with pytest.raises(Rejection) as caught:
        read_folder(student, "gpt2", ["model.py"])
    assert str(caught.value) == (
        f"{student / name}: the name should be gpt2/model.py. Do: rename it"
    )


def test_an_archive_beside_other_things_is_not_looked_into(student):
    (student / "mine.zip").write_bytes(b"")
    assert "mine.zip is not looked into" in _rejection(student)


def test_a_source_in_gbk_is_read_by_its_coding_line(student):
    (student / "gpt2" / "model.py").write_bytes("# coding: gbk\nx = '头'\n".encode("gbk"))
    files = read_folder(student, "gpt2", ["model.py"])
    assert files == {"model.py": "# coding: utf-8\nx = '头'\n".encode()}
