"""Out of an archive come the named members, as they should be, and nothing else."""

from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile

import pytest

from autograder.errors import GraderFault
from autograder.models.archive import take_members
from autograder.models.origins import Member

# Not compressible, so that an archive of it is as long.
DATA = b"".join(
    hashlib.sha256(bytes([place % 256, place // 256])).digest() for place in range(9000)
)


def member(data: bytes = DATA, path: str = "pack-1.0/pack/data.bin") -> Member:
    return Member(path, len(data), hashlib.sha256(data).hexdigest())


def wheel(path, data=DATA):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("pack-1.0/setup.py", "raise SystemExit")
        archive.writestr("pack-1.0/pack/data.bin", data)
    return path


def sdist(path, data=DATA):
    with tarfile.open(path, "w:gz") as archive:
        for name, content in (("pack-1.0/setup.py", b""), ("pack-1.0/pack/data.bin", data)):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return path


@pytest.mark.parametrize("make", [wheel, sdist])
def test_takes_only_what_is_named(tmp_path, make):
    archive, out = make(tmp_path / "archive"), tmp_path / "out"
    out.mkdir()
    take_members(archive, [member()], out)
    assert [path.name for path in out.iterdir()] == ["data.bin"]
    assert (out / "data.bin").read_bytes() == DATA


@pytest.mark.parametrize("make", [wheel, sdist])
@pytest.mark.parametrize("share", [0.0, 0.001, 0.5, 0.99])
def test_a_truncated_archive_is_one_line(tmp_path, make, share):
    archive = make(tmp_path / "archive")
    whole = archive.read_bytes()
    archive.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(GraderFault, match=r"archive: damaged|data.bin: not the expected file"):
        take_members(archive, [member()], tmp_path)


@pytest.mark.parametrize("make", [wheel, sdist])
def test_a_member_of_another_content_is_refused(tmp_path, make):
    archive = make(tmp_path / "archive", DATA[:-1] + b"?")
    with pytest.raises(GraderFault, match="wrong size or SHA-256"):
        take_members(archive, [member()], tmp_path)


@pytest.mark.parametrize("make", [wheel, sdist])
def test_a_member_larger_than_stated_fills_no_disk(tmp_path, make):
    archive = make(tmp_path / "archive", bytes(50_000_000))
    with pytest.raises(GraderFault, match="wrong size or SHA-256"):
        take_members(archive, [member(bytes(1000))], tmp_path)
    assert (tmp_path / "data.bin").stat().st_size <= 1000


@pytest.mark.parametrize("make", [wheel, sdist])
def test_a_member_that_is_not_there_is_one_line(tmp_path, make):
    with pytest.raises(GraderFault, match="archive: damaged, or not what it should be"):
        take_members(make(tmp_path / "archive"), [member(path="pack-1.0/other")], tmp_path)


def test_a_member_that_is_a_link_is_not_followed(tmp_path):
    secret = tmp_path / "secret"
    secret.write_bytes(DATA)
    with tarfile.open(tmp_path / "archive", "w") as archive:
        entry = tarfile.TarInfo("pack-1.0/pack/data.bin")
        entry.type, entry.linkname = tarfile.SYMTYPE, str(secret)
        archive.addfile(entry)
    with pytest.raises(GraderFault, match="is no regular file"):
        take_members(tmp_path / "archive", [member()], tmp_path)
