"""Reading a zip without unpacking it: the same files as from a folder, and no bomb goes off."""

from __future__ import annotations

import zipfile

import pytest

from autograder.intake.submission import Rejection
from autograder.intake.zips import holds_assignment, read_zip


def _zip(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return path


def _rejection(path):
    with pytest.raises(Rejection) as caught:
        read_zip(path, "gpt2", ["model.py"])
    message = str(caught.value)
    assert message.startswith(str(path))
    assert ". Do: " in message
    return message


@pytest.mark.parametrize("prefix", ["", "s01/"])
def test_files_are_found_at_the_top_or_in_one_folder(tmp_path, prefix):
    members = [(f"{prefix}gpt2/model.py", "x = 1"), ("__MACOSX/gpt2/._model.py", "junk")]
    path = _zip(tmp_path / "s.zip", members)
    assert holds_assignment(path, ["gpt2"])
    assert read_zip(path, "gpt2", ["model.py"]) == {"model.py": b"x = 1"}


def test_a_zip_bomb_is_rejected_by_its_size(tmp_path):
    path = _zip(tmp_path / "s.zip", [("gpt2/model.py", b"#" * 50_000_000)])
    assert path.stat().st_size < 100_000
    assert "48,828 KiB, more than 256 KiB" in _rejection(path)


def test_a_zip_that_understates_a_size_is_rejected(tmp_path):
    path = _zip(tmp_path / "s.zip", [("gpt2/model.py", b"#" * 5_000_000)])
    real, small = (5_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(real, small))
    assert "cannot be unpacked" in _rejection(path)


def test_a_missing_file_a_double_one_and_a_broken_zip_are_rejected(tmp_path):
    assert "not handed in" in _rejection(_zip(tmp_path / "a.zip", [("gpt2/other.py", "")]))
    with pytest.warns(UserWarning, match="Duplicate name"):
        double = _zip(tmp_path / "b.zip", [("gpt2/model.py", "1"), ("gpt2/model.py", "2")])
    assert "stands 2 times" in _rejection(double)
    (tmp_path / "c.zip").write_bytes(b"PK not a zip")
    assert "cannot be unpacked" in _rejection(tmp_path / "c.zip")


def test_a_link_in_a_zip_is_rejected(tmp_path):
    info = zipfile.ZipInfo("gpt2/model.py")
    info.external_attr = 0o120777 << 16
    path = _zip(tmp_path / "s.zip", [(info, "/etc/passwd")])
    assert "a link" in _rejection(path)
