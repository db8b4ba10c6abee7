"""Reading a tar by ourselves: what tarfile writes, and what it would choke on."""

from __future__ import annotations

import io
import tarfile
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.intake.member import Broken
from autograder.intake.tars import tar_members
from tests.autograder.intake.making import special, tarred

LONG = "folder/" * 30 + "model.py"


def _members(data):
    return list(tar_members(io.BytesIO(data)))


def _block(kind, body=b"", *, name=b"x", size=None):
    """A header made by hand, with what follows it."""
    header = bytearray(512)
    header[: len(name)] = name
    header[124:136] = size if size is not None else b"%011o\0" % len(body)
    header[156:157] = kind
    header[257:265] = b"ustar\x0000"
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + body + bytes(-len(body) % 512)


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_names_too_long_for_a_header_are_read(form):
    (member,) = _members(tarred([(LONG, b"x = 1")], form=form))
    assert (member.name, member.size, member.read(10)) == (LONG, 5, b"x = 1")


def test_a_long_link_changes_no_name():
    data = tarred([special("a", tarfile.SYMTYPE, "b" * 200), ("c", b"1")], form=tarfile.GNU_FORMAT)
    assert [(one.name, one.kind) for one in _members(data)] == [("a", "link"), ("c", "file")]


def test_a_pax_header_for_all_and_other_records_are_read_over():
    info = tarfile.TarInfo("a")
    info.pax_headers = {"SCHILY.xattr.user.tag": "blue", "comment": "é"}
    data = _block(b"g", b"16 comment=1234\n") + tarred([(info, b"1")])
    assert [(one.name, one.read(9)) for one in _members(data)] == [("a", b"1")]


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_names_are_utf8_or_gbk(encoding):
    data = _block(b"0", name="作业/模型.py".encode(encoding))
    assert _members(data)[0].name == "作业/模型.py"


def test_a_tar_without_its_end_mark_is_whole_all_the_same():
    assert [one.name for one in _members(_block(b"0", b"12"))] == ["x"]


def test_the_later_change_is_the_larger():
    infos = [tarfile.TarInfo("a"), tarfile.TarInfo("b")]
    infos[0].mtime, infos[1].mtime = 1_700_000_000, 1_600_000_000
    later, earlier = _members(tarred((info, b"") for info in infos))
    assert later.modified > earlier.modified


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PK no tar at all", "no tar at byte 0: it is cut short"),
        (b"x" * 512, "no tar at byte 0: "),
        (_block(b"0", b"12") + b"x" * 399, "no tar at byte 1024: it is cut"),
        (_block(b"0", size=b"77777777777\0"), "it is cut short"),
        (_block(b"0", size=b"-0000000001\0"), "is no size"),
        (_block(b"0", size=b"\xff" * 12), "is no size"),  # -1 to tarfile, which goes backwards
        (_block(b"0", size=b"\x80" + b"\xff" * 11), "it is cut short"),
        (_block(b"x", b"9" * 40_000), "a broken pax header"),  # quadratic in tarfile
        (_block(b"x", b"1" * 30 + b" path=x\n"), "a broken pax header"),
        (_block(b"x", b"-9 path=x\n"), "a broken pax header"),
        (_block(b"x", b"9 size=-1\n"), "a broken pax header"),
        (_block(b"x", bytes(100_000)), "a header of 100,000 bytes"),
        (_block(b"L", bytes(100_000)), "a header of 100,000 bytes"),
        (_block(b"S"), "a sparse file"),
        (_block(b"x", b"22 GNU.sparse.major=1\n") + _block(b"0"), "a sparse file"),
        (b"\x1f\x8b no gzip", "."),
        (b"BZh no bzip2", "."),
        (b"\xfd7zXZ\0 no xz", "."),
        (tarred([("a", bytes(999))], "gz")[:-9], "."),
        (tarred([("a", bytes(999))], "xz")[:-9], "."),
    ],
    ids=lambda value: value if isinstance(value, str) else "tar",  # gzip's bytes tell the time
)  # fmt: skip
def test_a_broken_tar_says_what_is_wrong(data, reason):
    with pytest.raises(Broken, match=reason):
        _members(data)


def test_a_chain_of_long_names_is_walked_not_descended():
    data = _block(b"L", b"name\0") * 20_000 + _block(b"0", b"1")
    assert [one.name for one in _members(data)] == ["name"]


@settings(max_examples=150)
@given(
    st.sampled_from([tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]),
    st.sampled_from(["", "gz", "bz2", "xz"]),
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=4),
    st.floats(0, 1),
)
def test_a_damaged_tar_is_read_or_broken_and_nothing_else(form, compression, edits, kept):
    data = bytearray(tarred([(LONG, b"x = 1"), ("b", b"")], compression, form))
    for place, value in edits:
        data[place % len(data)] = value
    with suppress(Broken):
        for member in _members(data[: round(len(data) * kept)]):
            member.read(1000)
