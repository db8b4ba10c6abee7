"""What only a zip can be: encrypted, lying about sizes, packed without a bound, named in GBK."""

from __future__ import annotations

import io
import warnings
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.intake.member import Broken
from autograder.intake.zips import zip_members
from tests.autograder.intake.making import flagged, with_raw_name, zipped

SOURCE = b"print('hello')\n" * 40


def _only(data):
    (member,) = zip_members(io.BytesIO(data))
    return member


def test_a_member_is_read_as_far_as_asked():
    member = _only(zipped([("a", bytes(range(256)) * 1000)]))
    assert member.size == 256_000
    assert member.read(300) == bytes(range(256)) + bytes(range(44))
    assert member.read(0) == b""


def test_an_encrypted_member_is_broken():
    member = _only(flagged(zipped([("a", SOURCE)]), 0x1))
    with pytest.raises(Broken, match="it is encrypted") as caught:
        member.read(100)
    assert caught.value.remedy == "without a password"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_method_that_unpacks_without_a_bound_is_broken(method):
    member = _only(zipped([("a", bytes(50_000_000))], method))
    with pytest.raises(Broken, match="compression method"):
        member.read(100)


def test_a_size_that_is_understated_is_broken_or_cut():
    data = zipped([("a", b"#" * 5_000_000)])
    member = _only(data.replace((5_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little")))
    assert member.size == 10
    with pytest.raises(Broken, match="CRC"):
        member.read(1000)


@pytest.mark.parametrize("name", ["作业一/gpt2/model.py", "学生/gpt2/模型.py"])
@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_names_without_the_utf8_flag_are_utf8_or_gbk(name, encoding):
    assert _only(with_raw_name([(name.encode(encoding), b"")])).name == name


def test_a_gbk_letter_that_ends_like_a_backslash_is_no_separator():
    raw = "乗/model.py".encode("gbk")
    assert b"\\" in raw
    assert _only(with_raw_name([(raw, b"")])).name == "乗/model.py"


def test_the_file_is_closed_with_the_last_member():
    file = io.BytesIO(zipped([("a", b"")]))
    member = _only(file.getvalue())
    members = list(zip_members(file))
    assert not file.closed
    del members, member
    assert file.closed


@settings(max_examples=150)
@given(
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=8), st.floats(0, 1)
)
def test_a_damaged_zip_is_read_or_broken_and_nothing_else(edits, kept):
    data = bytearray(zipped([("gpt2/model.py", SOURCE), ("作业.txt", b"x" * 50), ("c/", b"")]))
    for place, value in edits:
        data[place % len(data)] = value
    with suppress(Broken), warnings.catch_warnings(action="ignore"):
        for member in zip_members(io.BytesIO(data[: round(len(data) * kept)])):
            member.read(1000)
