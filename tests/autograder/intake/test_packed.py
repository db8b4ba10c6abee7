"""Reading an archive without unpacking it: the same files as from a folder, or one line why not."""

from __future__ import annotations

import tarfile
import zipfile

import pytest

from autograder.intake.archives import open_archive
from autograder.intake.packed import holds_assignment, read_packed, read_packed_form
from autograder.intake.submission import Rejection
from tests.autograder.intake.making import (
    FORMATS,
    flagged,
    packed,
    special,
    tarred,
    with_raw_name,
    zip_link,
    zipped,
)


def _read(data, suffix="zip"):
    return read_packed(open_archive(f"s.{suffix}", data), "gpt2", ["model.py"])


def _rejection(data, suffix="zip"):
    with pytest.raises(Rejection) as caught:
        _read(data, suffix)
    message = str(caught.value)
    assert message.startswith(f"s.{suffix}")
    assert ". Do: " in message
    return message


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("prefix", ["", "s01/", "./", "./s01/"])
def test_files_are_found_at_the_top_or_in_one_folder(suffix, prefix):
    members = [(f"{prefix}gpt2/model.py", b"x = 1"), ("__MACOSX/gpt2/._model.py", b"junk")]
    data = packed(members, suffix)
    assert holds_assignment(open_archive("s", data), ["gpt2"])
    assert _read(data, suffix) == {"model.py": b"x = 1"}


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_bomb_is_rejected_by_its_size(suffix):
    data = packed([("gpt2/model.py", b"#" * 50_000_000)], suffix)
    assert suffix == "tar" or len(data) < 100_000
    assert "s.zip/gpt2/model.py: 48,828 KiB, more than 256 KiB" in _rejection(data)


def test_a_zip_that_understates_a_size_is_rejected():
    data = zipped([("gpt2/model.py", b"#" * 5_000_000)])
    real, small = (5_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little")
    assert "cannot be unpacked" in _rejection(data.replace(real, small))


def test_a_missing_file_a_double_one_and_a_broken_archive_are_rejected():
    assert "not handed in. Do: make the zip" in _rejection(zipped([("gpt2/other.py", b"")]))
    with pytest.warns(UserWarning, match="Duplicate name"):
        double = zipped([("gpt2/model.py", b"1"), ("gpt2/model.py", b"2")])
    assert "stands 2 times in the zip" in _rejection(double)
    double = tarred([("gpt2/model.py", b"1"), ("a/gpt2/model.py", b"2")])
    assert "stands 2 times in the tar" in _rejection(double, "tar")
    assert _rejection(b"PK not a zip").endswith("Do: zip it again")
    assert _rejection(b"not a tar", "tar").endswith("Do: pack it again")


def test_an_encrypted_zip_is_rejected():
    message = _rejection(flagged(zipped([("gpt2/model.py", b"x = 1")]), 0x1))
    assert (
        message
        == "s.zip: cannot be unpacked (it is encrypted). Do: zip it again without a password"
    )


def test_a_zip_packed_with_bzip2_is_rejected():
    data = zipped([("gpt2/model.py", b"x = 1")], zipfile.ZIP_BZIP2)
    assert "zip it again with the usual one, deflate" in _rejection(data)


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        (tarfile.SYMTYPE, "a link"),
        (tarfile.LNKTYPE, "a hard link"),
        (tarfile.CHRTYPE, "a device"),
        (tarfile.BLKTYPE, "a device"),
        (tarfile.FIFOTYPE, "a device"),
        (tarfile.DIRTYPE, "a folder"),
    ],
)
def test_what_is_no_file_in_a_tar_is_rejected(kind, word):
    message = _rejection(tarred([special("gpt2/model.py", kind, "/etc/passwd")]), "tar")
    assert f"s.tar/gpt2/model.py: {word}. Do: hand in the file itself" in message


def test_a_link_in_a_zip_is_rejected():
    assert "a link. Do: " in _rejection(zipped([zip_link("gpt2/model.py", "/etc/passwd")]))


def test_a_folder_that_is_a_link_is_rejected():
    for data in (
        zipped([zip_link("gpt2", "/home")]),
        tarred([special("gpt2", tarfile.SYMTYPE, "/home")]),
    ):
        assert "s.zip/gpt2: a link. Do: hand in the folder itself" in _rejection(data)


def test_links_and_devices_elsewhere_are_not_looked_at():
    others = [special("venv/python", tarfile.SYMTYPE, "/usr/bin/python3"), special("null", b"3")]
    assert _read(tarred([*others, ("gpt2/model.py", b"1")])) == {"model.py": b"1"}


@pytest.mark.parametrize("name", ["GPT2/model.py", "gpt2/Model.py", "s01/Gpt2/MODEL.PY"])
def test_a_name_in_another_case_is_rejected_by_name(name):
    data = zipped([(name, b"")])
    assert holds_assignment(open_archive("s", data), ["gpt2"])
    assert f"s.zip/{name}: the name should be gpt2/model.py. Do: rename it" in _rejection(data)


def test_an_archive_beside_other_files_is_not_looked_into():
    inner = zipped([("gpt2/model.py", b"x = 1")])
    assert "inner.zip is not looked into" in _rejection(zipped([("inner.zip", inner), ("a", b"")]))


def test_a_folder_named_in_gbk_is_read_over():
    name = "学生作业/gpt2/model.py".encode("gbk")
    assert _read(with_raw_name([(name, b"x = 1")])) == {"model.py": b"x = 1"}


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_form_may_be_missing_and_is_bounded(suffix):
    archive = open_archive("s", packed([("gpt2/answers.json", b"{}" * 100)], suffix))
    assert read_packed_form(archive, "gpt2", "answers.json", 1000) == b"{}" * 100
    assert read_packed_form(archive, "gpt2", "other.json", 1000) is None
    with pytest.raises(Rejection, match=r"s/gpt2/answers\.json: 0 KiB, more than 0 KiB"):
        read_packed_form(archive, "gpt2", "answers.json", 100)


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_source_in_gbk_is_read_by_its_coding_line(suffix):
    source = "# coding: gbk\nx = '头'\n".encode("gbk")
    files = _read(packed([("gpt2/model.py", source)], suffix), suffix)
    assert files == {"model.py": "# coding: utf-8\nx = '头'\n".encode()}
