"""Zips and tars as one: what goes in comes out, what does not belong in an archive is refused."""

from __future__ import annotations

import tarfile
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.intake import archives, tars, zips
from autograder.intake.archives import open_archive
from autograder.intake.names import BadName, clean_name, is_litter
from autograder.intake.submission import Rejection
from tests.autograder.intake.making import FORMATS, packed, special, tarred, zip_link, zipped

LIMIT = 1 << 20


def _members(data, suffix):
    return {
        member.name: data
        for archive in [open_archive(f"s.{suffix}", data)]
        for member in archive.members
        for data in [archive.read(member, LIMIT)]
    }


def _rejection(data, suffix):
    with pytest.raises(Rejection) as caught:
        open_archive(f"s.{suffix}", data)
    message = str(caught.value)
    assert message.startswith(f"s.{suffix}: ")
    assert ". Do: " in message
    return message


def _is_plain(name):
    try:
        return clean_name(name) == unicodedata.normalize("NFC", name) and not is_litter(name)
    except BadName:
        return False


PART = st.text(st.characters(exclude_characters="/\\\0", exclude_categories=["Cs"]), min_size=1,
               max_size=60)  # fmt: skip
NAME = st.lists(PART, min_size=1, max_size=4).map("/".join).filter(_is_plain)
FILES = st.lists(st.tuples(NAME, st.binary(max_size=3000)), max_size=6,
                 unique_by=lambda one: unicodedata.normalize("NFC", one[0]))  # fmt: skip


@pytest.mark.parametrize("suffix", FORMATS)
@settings(max_examples=40)
@given(files=FILES)
def test_any_files_come_out_as_they_went_in(suffix, files):
    expected = {unicodedata.normalize("NFC", name): data for name, data in files}
    assert _members(packed(files, suffix), suffix) == expected


@settings(max_examples=40)
@given(files=FILES)
def test_a_tar_in_gnus_form_is_read_as_well(files):
    expected = {unicodedata.normalize("NFC", name): data for name, data in files}
    assert _members(tarred(files, form=tarfile.GNU_FORMAT), "tar") == expected


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_first_bytes_say_what_it_is_not_the_name(suffix):
    data = packed([("a.py", b"x = 1")], suffix)
    for name in ("zip", "tar", "tar.gz"):
        assert _members(data, name) == {"a.py": b"x = 1"}


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("../x", "a path out of its folder"),
        ("gpt2/../../x", "a path out of its folder"),
        ("/etc/passwd", "an absolute path"),
        ("C:/x", "an absolute path"),
    ],
)
def test_an_archive_that_reaches_out_of_its_folder_is_refused(suffix, name, wrong):
    message = _rejection(packed([("gpt2/model.py", b""), (name, b"")], suffix), suffix)
    assert f"holds {name!r}, {wrong}" in message


def test_backslashes_of_windows_are_separators_in_a_zip():
    assert _members(zipped([("gpt2\\model.py", b"x")]), "zip") == {"gpt2/model.py": b"x"}
    assert "a path out" in _rejection(zipped([("..\\x", b"")]), "zip")
    assert "an absolute path" in _rejection(zipped([("C:\\Users\\x", b"")]), "zip")
    assert "an absolute path" in _rejection(zipped([("\\\\server\\x", b"")]), "zip")


@pytest.mark.parametrize("suffix", FORMATS)
def test_what_macos_adds_is_not_there(suffix):
    names = ["gpt2/model.py", "gpt2/._model.py", "__MACOSX/gpt2/._model.py", ".DS_Store"]
    data = packed([(name, b"") for name in names], suffix)
    assert list(_members(data, suffix)) == ["gpt2/model.py"]


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_name_is_compared_in_nfc(suffix):
    name = "gpt2/élodie.py"
    data = packed([(unicodedata.normalize("NFD", name), b"x")], suffix)
    assert _members(data, suffix) == {name: b"x"}


@pytest.mark.parametrize("suffix", ["zip", "tar", "tar.gz"])
def test_a_hundred_thousand_members_are_refused(suffix):
    data = packed([(f"f{number}", b"") for number in range(100_000)], suffix)
    assert "more than 50,000 members" in _rejection(data, suffix)


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_name_longer_than_a_paths_is_refused(suffix):
    data = packed(
        [("gpt2/model.py", b""), *((f"{'a/' * 30_000}{n}", b"") for n in range(9))], suffix
    )
    message = _rejection(data, suffix)
    assert "a name of 60,001 bytes, more than 4,096. Do: " in message
    assert len(message) < 300


@pytest.mark.parametrize("suffix", ["tar", "tar.gz"])
def test_names_that_are_too_long_together_are_refused(suffix):
    data = packed([(f"{'a/' * 2000}{number}", b"") for number in range(3200)], suffix)
    assert "names of more than 12 MiB" in _rejection(data, suffix)


def test_a_zips_directory_beyond_the_bound_is_refused_unread(monkeypatch):
    monkeypatch.setattr(zips, "MAX_DIRECTORY", 1000)
    data = zipped([(f"{number:0>200}", b"") for number in range(5)])
    assert "too many members" in _rejection(data, "zip")


@pytest.mark.parametrize("suffix", ["tar", "tar.gz", "tar.bz2", "tar.xz"])
def test_a_tar_that_swells_is_given_up_at_the_bound(monkeypatch, suffix):
    monkeypatch.setattr(tars, "MAX_UNPACKED", 5 << 20)
    data = packed([("zeros", bytes(20 << 20))], suffix)
    assert suffix == "tar" or len(data) < 50_000
    assert "more than 5 MiB in it" in _rejection(data, suffix)


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_member_is_read_up_to_its_bound_only(suffix):
    archive = open_archive("s", packed([("zeros", bytes(3 << 20))], suffix))
    with pytest.raises(Rejection, match=r"^s/zeros: 3,072 KiB, more than 1,024 KiB\. Do: "):
        archive.read(archive.members[0], LIMIT)


def test_links_and_devices_are_told_from_files():
    kinds = {"a": tarfile.SYMTYPE, "b": tarfile.LNKTYPE, "c": tarfile.CHRTYPE, "d": tarfile.BLKTYPE,
             "e": tarfile.FIFOTYPE, "f": tarfile.DIRTYPE}  # fmt: skip
    members = open_archive("s", tarred(special(*one) for one in kinds.items())).members
    assert [one.kind for one in members] == ["link", "hard link", *["device"] * 3, "folder"]
    assert open_archive("s", zipped([zip_link("a", "b")])).members[0].kind == "link"
    assert open_archive("s", zipped([("a/", b"")])).members[0].kind == "folder"


def test_a_part_is_a_folder_or_a_file_at_the_top():
    archive = open_archive(
        "c.zip", zipped([("a/b/c", b"1"), ("d", b"2"), ("e/", b""), ("a/f", b"")])
    )
    assert [
        (name, is_folder, part.place, [one.name for one in part.members])
        for name, is_folder, part in archive.parts()
    ] == [
        ("d", False, "c.zip", ["d"]),
        ("a", True, "c.zip/a", ["b/c", "f"]),
        ("e", True, "c.zip/e", []),
    ]


def test_the_bound_on_members_leaves_room_for_a_class():
    assert archives.MAX_MEMBERS >= 1000 * 20
    assert zips.MAX_DIRECTORY >= archives.MAX_MEMBERS * 200
